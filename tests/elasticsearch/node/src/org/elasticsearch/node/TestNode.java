package org.elasticsearch.node;

import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.OnePlugin;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/** A node whose only plugin is the network transport. */
public final class TestNode extends Node {
    public TestNode(Environment environment) {
        super(NodeConstruction.prepareConstruction(environment, OnePlugin.noneInFolders(), new Provider(), true));
    }

    private static final class Provider extends NodeServiceProvider {
        @Override
        PluginsService newPluginService(Environment environment, PluginsLoader loader) {
            return new OnePlugin(environment, new Netty4Plugin());
        }
    }
}
