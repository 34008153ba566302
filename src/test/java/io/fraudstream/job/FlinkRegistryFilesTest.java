package io.fraudstream.job;

import io.fraudstream.registry.RegistryFiles;
import io.fraudstream.registry.RegistryFilesContract;
import java.nio.file.Path;

class FlinkRegistryFilesTest extends RegistryFilesContract {
    @Override
    protected RegistryFiles in(Path directory) {
        return new FlinkRegistryFiles(directory.toUri());
    }
}
