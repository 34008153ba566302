package io.fraudstream.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every place for a registry's files must keep. */
public abstract class RegistryFilesContract {
    private static final byte[] FIRST = {1, 2, 3};
    private static final byte[] SECOND = {4};

    @TempDir protected Path directory;

    /** The files in a directory that may not be there yet. */
    protected abstract RegistryFiles in(Path directory);

    @Test
    void whatWasCreatedCanBeReadAndListed() throws IOException {
        RegistryFiles files = in(directory.resolve("new"));

        assertThat(files.create("log/1.json", FIRST)).isTrue();
        assertThat(files.create("log/2.json", SECOND)).isTrue();

        assertThat(files.read("log/1.json")).isEqualTo(FIRST);
        assertThat(files.exists("log/2.json")).isTrue();
        assertThat(files.list("log")).containsExactlyInAnyOrder("1.json", "2.json");
        assertThat(files.uriOf("log/1.json"))
                .isEqualTo(directory.resolve("new/log/1.json").toUri());
    }

    @Test
    void aFileIsNeverChanged() throws IOException {
        RegistryFiles files = in(directory);
        files.create("log/1.json", FIRST);

        assertThat(files.create("log/1.json", SECOND)).isFalse();

        assertThat(files.read("log/1.json")).isEqualTo(FIRST);
    }

    @Test
    void whatIsNotThereIsToldAsSuch() throws IOException {
        RegistryFiles files = in(directory.resolve("new"));

        assertThat(files.list("log")).isEmpty();
        assertThat(files.exists("log/1.json")).isFalse();
        assertThatThrownBy(() -> files.read("log/1.json")).isInstanceOf(IOException.class);
    }

    @Test
    void nothingButTheFileIsLeftBehindAndUnfinishedFilesAreNotListed() throws IOException {
        RegistryFiles files = in(directory);
        files.create("log/1.json", FIRST);
        files.create("log/1.json", SECOND);
        try (Stream<Path> left = Files.list(directory.resolve("log"))) {
            assertThat(left).containsExactly(directory.resolve("log/1.json"));
        }

        Files.write(directory.resolve("log/.2.json.partial"), SECOND);

        assertThat(files.list("log")).containsExactly("1.json");
    }
}
