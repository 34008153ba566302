package io.fraudstream.recording;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineSorterTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000, 1 << 20})
    void sortsAsOneSortWouldWhateverMemoryThereIs(long memory) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] line = new byte[random.nextInt(30)];
            random.nextBytes(line);
            lines.add(line);
            if (i % 10 == 0) {
                lines.add(line.clone());
            }
        }
        List<byte[]> sorted = new ArrayList<>();

        try (LineSorter sorter = new LineSorter(directory, memory)) {
            for (byte[] line : lines) {
                sorter.add(line);
            }
            sorter.drainTo(sorted::add);
        }

        lines.sort(Arrays::compareUnsigned);
        assertThat(sorted).containsExactlyElementsOf(lines);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aNameSortsBeforeALongerOneThatBeginsAlike() throws IOException {
        List<String> sorted = new ArrayList<>();
        try (LineSorter sorter = new LineSorter(directory, 100)) {
            for (String line : List.of("2018\tab\t0", "2018\ta!\t1", "2018\ta\t2", "2017\tz\t3")) {
                sorter.add(line.getBytes(StandardCharsets.UTF_8));
            }
            sorter.drainTo(line -> sorted.add(new String(line, StandardCharsets.UTF_8)));
        }

        assertThat(sorted)
                .containsExactly("2017\tz\t3", "2018\ta\t2", "2018\ta!\t1", "2018\tab\t0");
    }
}
