package io.fraudstream.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LocalRegistryFilesTest extends RegistryFilesContract {
    @Override
    protected RegistryFiles in(Path directory) {
        return new LocalRegistryFiles(directory);
    }

    @Test
    void ofManyWritersOneCreatesTheFile() throws Exception {
        RegistryFiles files = in(directory);
        ExecutorService writers = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 50; round++) {
                String path = "log/" + round;
                List<Future<Boolean>> created = new ArrayList<>();
                for (byte writer = 0; writer < 4; writer++) {
                    byte[] content = {writer};
                    created.add(writers.submit(() -> files.create(path, content)));
                }
                int winners = 0;
                for (byte writer = 0; writer < 4; writer++) {
                    if (created.get(writer).get()) {
                        winners++;
                        assertThat(files.read(path)).containsExactly(writer);
                    }
                }
                assertThat(winners).isEqualTo(1);
            }
        } finally {
            writers.shutdownNow();
        }
    }
}
