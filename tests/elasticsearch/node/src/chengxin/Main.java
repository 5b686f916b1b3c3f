package chengxin;

import java.nio.file.Path;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.node.TestNode;

/**
 * Starts a node: HOME HTTP_PORT TRANSPORT_PORT WATCHED, the last being the process at whose end the node ends too, so
 * that none is left behind however a test run was broken off.
 */
public final class Main {
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        System.setProperty("es.path.conf", home.resolve("config").toString());
        LogConfigurator.configureESLogging();
        Settings settings = Settings.builder()
                .put("path.home", home)
                .put("cluster.name", "chengxin-tests")
                .put("node.name", "one")
                .put("discovery.type", "single-node")
                .put("network.host", "127.0.0.1")
                .put("http.port", arguments[1])
                .put("transport.port", arguments[2])
                .put("indices.breaker.total.use_real_memory", false)
                .put("cluster.routing.allocation.disk.watermark.low", "1mb")
                .put("cluster.routing.allocation.disk.watermark.high", "1mb")
                .put("cluster.routing.allocation.disk.watermark.flood_stage", "1mb")
                .put("cluster.info.update.interval", "10s")
                .build();
        ProcessHandle watched =
                ProcessHandle.of(Long.parseLong(arguments[3])).orElseThrow();
        Node node = new TestNode(new Environment(settings, home.resolve("config")));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        watched.onExit().join(); // a node's own threads would not keep it alive
        Runtime.getRuntime().halt(0);
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception error) {
            error.printStackTrace();
        }
    }
}
