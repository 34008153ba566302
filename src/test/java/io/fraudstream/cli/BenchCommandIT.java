package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark runs and says what it promises; how fast anything is, is not for a test. */
class BenchCommandIT {
    private final StringWriter out = new StringWriter();

    @TempDir private Path directory;

    @Test
    void quickRunsWriteTheFiguresThatToolsRead() throws Exception {
        Path json = directory.resolve("bench.json");

        int exit =
                commandLine()
                        .execute(
                                "bench",
                                "--quick",
                                "--rounds",
                                "1",
                                "--sections",
                                "scoring,kernels,codec,pipeline",
                                "--json",
                                json.toString());

        assertThat(exit).isZero();
        JsonNode figures = new ObjectMapper().readTree(json.toFile());
        for (String network : new String[] {"dense", "lstm"}) {
            JsonNode scoring = figures.at("/scoring/" + network);
            assertThat(scoring.get("allocatedBytes").asDouble()).isLessThan(1);
            assertThat(scoring.get("maxAbsDifference").asDouble()).isBetween(0.0, 1e-5);
            assertPositive(scoring, "compiledNanos", "onnxNanos", "dl4jNanos");
        }
        assertPositive(figures.at("/kernels/product"), "plainNanos", "vectorNanos");
        for (String job :
                new String[] {"passthrough", "features", "dense", "lstm", "denseRocksDb"}) {
            assertPositive(
                    figures.at("/pipeline/" + job),
                    "eventsPerSecond",
                    "cpuSecondsPerMillion",
                    "cpuRatio");
        }
        assertThat(out.toString()).contains("scoring:", "kernels:", "codec:", "pipeline:");
    }

    private static void assertPositive(JsonNode figures, String... keys) {
        for (String key : keys) {
            assertThat(figures.path(key).asDouble()).as(key).isPositive();
        }
    }

    private CommandLine commandLine() {
        return Fraudstream.commandLine().setOut(new PrintWriter(out));
    }
}
