package io.fraudstream.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.job.KafkaPipeline;
import io.fraudstream.job.KafkaSettings;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobPlanTest {
    private static final String KEY = "5ec2e7000102030405060708090a0b0c";
    private static final String WRAPPING_KEY = "7a9900112233445566778899aabbccdd";
    private static final String PASSWORD = "correct-horse";

    @TempDir private Path directory;

    /** Whoever can read a job's graph, on the way to a cluster or in its store, reads no secret. */
    @Test
    void theJobsGraphSaysWhereSecretsLieAndHoldsNone() throws Exception {
        Path key = directory.resolve("card.key");
        Path wrapping = directory.resolve("wrapping.key");
        Path password = directory.resolve("password");
        SecretFile.write(key, KEY, false);
        SecretFile.write(wrapping, WRAPPING_KEY, false);
        SecretFile.write(password, PASSWORD, false);
        KeyFiles.wrap(key, wrapping);
        String reference = "${directory:" + directory + ":password}";
        Settings settings =
                new SettingsReader(Map.of())
                        .read(
                                null,
                                Map.of(
                                        "kafka.properties.sasl.jaas.config",
                                        "M required username=\"u\" password=\"" + reference + "\";",
                                        "transactions.cardNumbers",
                                        "tokenize",
                                        "transactions.cardTokenKeyFile",
                                        key.toString(),
                                        "transactions.cardTokenWrappingKeyFile",
                                        wrapping.toString(),
                                        "job.scoredTopic",
                                        "true"));
        settings.kafka().requireSecrets(Map.of());
        JobPlan plan =
                JobPlan.of(
                        settings,
                        CodecParts.of(settings.transactions(), Map.of()),
                        KafkaSettings.Start.EARLIEST,
                        Map.of(),
                        null,
                        -1);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        KafkaPipeline.build(env, plan.kafka(), plan.job(), plan.codecs());

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(env.getStreamGraph().getJobGraph());
        }

        String graph = bytes.toString(StandardCharsets.ISO_8859_1);
        assertThat(graph).contains(reference, key.toString());
        for (String secret : List.of(KEY, WRAPPING_KEY)) {
            assertThat(graph)
                    .doesNotContain(secret)
                    .doesNotContain(
                            new String(
                                    HexFormat.of().parseHex(secret), StandardCharsets.ISO_8859_1));
        }
        assertThat(graph).doesNotContain(PASSWORD);
    }
}
