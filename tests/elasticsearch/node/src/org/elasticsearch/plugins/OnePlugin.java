package org.elasticsearch.plugins;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.env.Environment;

/** The plugins of a node that has a single one, found on the class path instead of in a folder. */
public final class OnePlugin extends PluginsService {
    private final List<LoadedPlugin> only;

    public OnePlugin(Environment environment, Plugin plugin) {
        super(environment.settings(), environment.configDir(), noneInFolders());
        String name = plugin.getClass().getName();
        PluginDescriptor descriptor =
                new PluginDescriptor(name, name, "", "", "", name, null, List.of(), false, false, false, false);
        only = List.of(new LoadedPlugin(descriptor, plugin, plugin.getClass().getClassLoader()));
    }

    public static PluginsLoader noneInFolders() {
        return new PluginsLoader(Set.of(), Set.of(), Map.of());
    }

    @Override
    protected List<LoadedPlugin> plugins() {
        return only;
    }
}
