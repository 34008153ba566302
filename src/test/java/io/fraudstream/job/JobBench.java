package io.fraudstream.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.Pause;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.RecordingSender;
import io.fraudstream.kafka.ReplaySpeed;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.TopicReader;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Topics on a real broker with the job before them, whose event store is read with DuckDB. */
final class JobBench {
    static final FeatureSchema SCHEMA = new FeatureSchema(SimulatedRecording.CODECS.rates());
    static final BundleFormat.Written BUNDLE = TestBundles.of(NetworkKind.LSTM, SCHEMA, 7);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final LocalBroker broker;
    private final TopicNames names;
    private final Path directory;
    private final boolean exactlyOnce;

    JobBench(LocalBroker broker, Path directory, String name, boolean exactlyOnce)
            throws IOException {
        this.broker = broker;
        this.names = new TopicNames(name + "-");
        this.directory = Files.createDirectories(directory.resolve(name));
        this.exactlyOnce = exactlyOnce;
        try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
            topics.create(new Topics.Layout(5, Optional.empty(), Optional.empty()));
        }
    }

    void send(Iterator<RecordedTransaction> rows) throws InterruptedException {
        try (RecordProducer producer = RecordProducer.forThroughput(broker.bootstrapServers())) {
            new RecordingSender(producer, names, ReplaySpeed.MAX, Clock.systemUTC(), Pause.SLEEP)
                    .send(rows, progress -> {});
        }
    }

    Map<String, Map<Integer, Long>> ends() {
        try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
            return Map.of(
                    names.transactions(), topics.ends(names.transactions()),
                    names.labels(), topics.ends(names.labels()));
        }
    }

    /** Runs the job up to the present ends and stops it. */
    JobCounts runUntilEnd(String store, int parallelism, double threshold, boolean fresh)
            throws Exception {
        return runUntil(ends(), store, parallelism, threshold, fresh);
    }

    /** Runs the job up to these ends and stops it. */
    JobCounts runUntil(
            Map<String, Map<Integer, Long>> ends,
            String store,
            int parallelism,
            double threshold,
            boolean fresh)
            throws Exception {
        JobSettings settings =
                new JobSettings(
                        OrderMode.EVENT_TIME,
                        LatePolicy.SCORE,
                        SimulatedRecording.BOUND,
                        Duration.ofSeconds(30),
                        Duration.ofDays(7),
                        JobSettings.MAX_EVENTS_PER_HISTORY,
                        JobSettings.HISTORY_CACHE_MB,
                        champion(threshold),
                        List.of(),
                        false,
                        true,
                        TrustedKeys.NONE,
                        0);
        FlinkSettings flink =
                new FlinkSettings(
                        parallelism,
                        64,
                        Duration.ofSeconds(1),
                        directory.resolve("checkpoints").toUri(),
                        false,
                        -1,
                        Map.of());
        KafkaSettings kafka =
                new KafkaSettings(
                        broker.bootstrapServers(),
                        Map.of(),
                        names.prefix() + "job",
                        KafkaSettings.Start.EARLIEST,
                        ends,
                        names.transactions(),
                        names.labels(),
                        names.models(),
                        names.alerts(),
                        names.rejected(),
                        names.late(),
                        names.scored(),
                        exactlyOnce,
                        store(store).toUri().toString());
        LocalJob job = LocalJob.start(kafka, settings, flink, SimulatedRecording.CODECS, fresh);
        try {
            job.awaitEnds(counts -> {});
        } finally {
            job.stop();
        }
        return job.stop();
    }

    private ModelPointer champion(double threshold) throws IOException {
        Path bundle = directory.resolve("bundle.zip");
        Files.write(bundle, BUNDLE.zip());
        return new ModelPointer(
                ModelPointer.CHAMPION,
                BUNDLE.bundle().id(),
                bundle.toUri().toString(),
                BundleFormat.sha256(BUNDLE.zip()),
                SCHEMA.fingerprint(),
                Long.MIN_VALUE,
                threshold);
    }

    Path store(String name) {
        return directory.resolve(name);
    }

    /** What stands in the alerts topic up to its present end, committed records only. */
    List<String> alertIds() throws IOException {
        List<String> ids = new ArrayList<>();
        for (byte[] value : values(names.alerts())) {
            JsonNode alert = JSON.readTree(value);
            ids.add(alert.get("alert_id").textValue() + " at " + alert.get("event_time").asText());
        }
        return ids;
    }

    List<byte[]> rejected() throws IOException {
        return values(names.rejected());
    }

    private List<byte[]> values(String topic) throws IOException {
        try (TopicReader reader = new TopicReader(broker.bootstrapServers(), topic, Map.of())) {
            return reader.values();
        }
    }

    /** The rows of an event store's transactions, repetitions included. */
    List<OfflineRun.Result> stored(String store) throws Exception {
        return storedIn(store(store));
    }

    /** The rows of the transactions in the event store of this directory. */
    static List<OfflineRun.Result> storedIn(Path store) throws Exception {
        List<OfflineRun.Result> rows = new ArrayList<>();
        StringBuilder columns =
                new StringBuilder("transaction_id, event_time, score, message_type");
        for (FeatureSpec spec : SCHEMA.specs()) {
            columns.append(", f_").append(spec.name());
        }
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "select "
                                        + columns
                                        + " from read_parquet('"
                                        + store
                                        + "/transactions/*/*.parquet', hive_partitioning ="
                                        + " true)")) {
            while (found.next()) {
                float[] features = new float[SCHEMA.size()];
                for (int i = 0; i < features.length; i++) {
                    features[i] = found.getFloat(5 + i);
                }
                rows.add(
                        new OfflineRun.Result(
                                found.getString(1),
                                found.getLong(2),
                                features,
                                found.getDouble(3),
                                found.getString(4).equals("reversal")));
            }
        }
        return rows;
    }
}
