package io.fraudstream.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.job.FlinkRegistryFiles;
import io.fraudstream.kafka.SchemaRegistry;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.recording.Durations;
import io.fraudstream.registry.BundleSigner;
import io.fraudstream.registry.LocalRegistryFiles;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.TrustedKeys;
import io.fraudstream.transaction.DecodingLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Everything that can be set, with names as they stand in {@code config/fraudstream.yaml}. Every
 * default stands in {@link #DEFAULT} and nowhere else; {@link SettingsReader} lays a file, the
 * environment and the command line over it.
 *
 * @param flink handed to Flink's own configuration as it is
 */
public record Settings(
        Kafka kafka,
        Transactions transactions,
        Job job,
        Store store,
        Registry registry,
        Training training,
        Retraining retraining,
        Map<String, String> flink) {

    public static final Settings DEFAULT =
            new Settings(
                    new Kafka("localhost:9092", "", null, null, Map.of()),
                    new Transactions(
                            DecodingLimits.DEFAULT.maxRecordBytes(),
                            DecodingLimits.DEFAULT.maxAmountMinor(),
                            DecodingLimits.DEFAULT.maxFuture(),
                            null,
                            CardNumberRule.REJECT,
                            "",
                            null,
                            null),
                    new Job(
                            Order.ARRIVAL,
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(30),
                            LateEvents.SCORE,
                            Duration.ofDays(7),
                            Delivery.AT_LEAST_ONCE,
                            Math.min(4, Runtime.getRuntime().availableProcessors()),
                            128,
                            Duration.ofSeconds(30),
                            "data/checkpoints",
                            StateBackend.HASHMAP,
                            false,
                            true,
                            Format.JSON,
                            true,
                            false),
                    new Store("data/store", null),
                    new Registry("data/registry", null, null),
                    new Training(
                            NetworkKind.DENSE,
                            42,
                            Duration.ofDays(7),
                            7,
                            0.25,
                            20,
                            3,
                            100,
                            ThresholdPolicy.DEFAULT.by(),
                            ThresholdPolicy.DEFAULT.precision(),
                            ThresholdPolicy.DEFAULT.reviewCostMinor()),
                    new Retraining(null, 7, 1000, 50, 0.01, 0.01, 2, 1.5, 0.1, 30, 0),
                    Map.of());

    public Settings {
        flink = Map.copyOf(flink);
    }

    /** The settings as a log may show them: what looks like a secret in a free map is left out. */
    @Override
    public String toString() {
        return "Settings[kafka="
                + kafka
                + ", transactions="
                + transactions
                + ", job="
                + job
                + ", store="
                + store
                + ", registry="
                + registry
                + ", training="
                + training
                + ", retraining="
                + retraining
                + ", flink="
                + Secrets.hide(flink)
                + "]";
    }

    /**
     * Where Kafka is.
     *
     * @param topicPrefix stands before every topic's name, so that several installations share a
     *     cluster
     * @param schemaRegistry where a schema registry answers, several by commas; {@code null} for
     *     none
     * @param schemaRegistryCredentials refers to the user and the password for it, with a colon
     *     between; {@code null} to send none
     * @param properties passed to every Kafka client as they are
     */
    public record Kafka(
            String bootstrapServers,
            String topicPrefix,
            String schemaRegistry,
            String schemaRegistryCredentials,
            Map<String, String> properties) {
        public Kafka {
            InvalidSetting.unless(
                    !bootstrapServers.isBlank(),
                    "bootstrapServers",
                    bootstrapServers,
                    "host:port, several by commas");
            InvalidSetting.unless(
                    topicPrefix.matches("[A-Za-z0-9._-]{0,200}"),
                    "topicPrefix",
                    topicPrefix,
                    "letters, digits, dots, underscores and hyphens");
            InvalidSetting.unless(
                    schemaRegistry == null || registries(schemaRegistry) != null,
                    "schemaRegistry",
                    schemaRegistry,
                    "http://host:port or https://host:port, several by commas");
            properties = Map.copyOf(Secrets.withProviders(properties));
        }

        /**
         * Checks that what the properties refer to is there, before a client looks for it.
         *
         * @param environment usually {@code System.getenv()}
         * @throws SettingsException naming the property
         */
        public void requireSecrets(Map<String, String> environment) throws SettingsException {
            List<String> problems = Secrets.unresolved("kafka.properties", properties, environment);
            if (!problems.isEmpty()) {
                throw new SettingsException(problems);
            }
        }

        /**
         * The schema registry, if there is one.
         *
         * @param environment usually {@code System.getenv()}
         * @throws SettingsException if its credentials are not where the settings say
         */
        public Optional<SchemaRegistry> openRegistry(Map<String, String> environment)
                throws SettingsException {
            if (schemaRegistry == null) {
                return Optional.empty();
            }
            String credentials =
                    schemaRegistryCredentials == null
                            ? null
                            : Secrets.resolve(
                                    "kafka.schemaRegistryCredentials",
                                    schemaRegistryCredentials,
                                    environment);
            return Optional.of(new SchemaRegistry(registries(schemaRegistry), credentials));
        }

        /** {@code null} if one is no address. */
        private static List<URI> registries(String addresses) {
            try {
                List<URI> uris =
                        Stream.of(addresses.strip().split("\\s*,\\s*")).map(URI::create).toList();
                return uris.stream().allMatch(Kafka::isRegistry) ? uris : null;
            } catch (IllegalArgumentException noUri) {
                return null;
            }
        }

        private static boolean isRegistry(URI uri) {
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null;
        }

        /**
         * The full name of one of the topics {@code transactions}, {@code labels}, {@code alerts}
         * and so on.
         */
        public String topic(String name) {
            return topicPrefix + name;
        }

        @Override
        public String toString() {
            return "Kafka[bootstrapServers="
                    + bootstrapServers
                    + ", topicPrefix="
                    + topicPrefix
                    + ", schemaRegistry="
                    + schemaRegistry
                    + ", properties="
                    + Secrets.hide(properties)
                    + "]";
        }
    }

    /**
     * What is accepted at the door.
     *
     * @param maxRecordBytes a longer record is refused unread
     * @param maxAmountMinor in minor units of the base currency
     * @param maxFuture how far an event time may lie ahead of the record's arrival
     * @param exchangeRates a rate table in YAML, or {@code null} for the built-in example
     * @param cardNumbers what happens to a {@code card_id} that looks like a card number
     * @param trustedFields fields other than {@code card_id}, by commas, whose digits are known to
     *     be no card numbers
     * @param cardTokenKeyFile holds the key of {@link CardNumberRule#TOKENIZE}, wrapped or in
     *     hexadecimal; or {@code null}
     * @param cardTokenWrappingKeyFile holds what that key is wrapped by, in hexadecimal; or {@code
     *     null}
     */
    public record Transactions(
            int maxRecordBytes,
            long maxAmountMinor,
            Duration maxFuture,
            Path exchangeRates,
            CardNumberRule cardNumbers,
            String trustedFields,
            Path cardTokenKeyFile,
            Path cardTokenWrappingKeyFile) {
        private static final Set<String> CHECKED_FIELDS =
                new TreeSet<>(
                        Set.of(
                                "transaction_id",
                                "terminal_id",
                                "merchant_id",
                                "device_id",
                                "response_code",
                                "original_transaction_id",
                                "source"));

        public Transactions {
            InvalidSetting.unlessPositive("maxRecordBytes", maxRecordBytes);
            InvalidSetting.unless(
                    maxAmountMinor >= 1 && maxAmountMinor <= DecodingLimits.HIGHEST_AMOUNT,
                    "maxAmountMinor",
                    maxAmountMinor,
                    "1 to " + DecodingLimits.HIGHEST_AMOUNT);
            InvalidSetting.unlessNotNegative("maxFuture", maxFuture);
            InvalidSetting.unless(
                    CHECKED_FIELDS.containsAll(split(trustedFields)),
                    "trustedFields",
                    trustedFields,
                    "some of " + String.join(",", CHECKED_FIELDS));
        }

        Set<String> numericFields() {
            return split(trustedFields);
        }

        private static Set<String> split(String fields) {
            return fields.isBlank()
                    ? Set.of()
                    : Set.copyOf(List.of(fields.strip().split("\\s*,\\s*")));
        }
    }

    /** What happens to a {@code card_id} that looks like a card number. */
    public enum CardNumberRule {
        /** The record is refused. */
        @JsonProperty("reject")
        REJECT,
        /** It is replaced by a keyed hash. */
        @JsonProperty("tokenize")
        TOKENIZE,
        /** It is taken for a numeric surrogate token and kept. */
        @JsonProperty("trusted-tokens")
        TRUSTED_TOKENS
    }

    /**
     * How the job runs.
     *
     * @param outOfOrderness how far a partition's events may lie behind its newest one before they
     *     are late
     * @param idleness after which a silent partition no longer holds the watermark back
     * @param dedupeHorizon how long a transaction id is remembered, in event time
     * @param maxParallelism fixed for the life of a state; parallelism never exceeds it
     * @param checkpointDirectory a path or a URI that Flink can write to
     * @param scoredTopic whether every scored event goes to the topic {@code scored}
     * @param storeEvents whether every event goes to the event store
     * @param format of alerts and scored events
     * @param registerSchemas whether the job registers the schemas of {@code format} that are not
     *     registered yet
     * @param cloudEvents whether alerts and scored events have the headers of CloudEvents
     */
    public record Job(
            Order order,
            Duration outOfOrderness,
            Duration idleness,
            LateEvents lateEvents,
            Duration dedupeHorizon,
            Delivery delivery,
            int parallelism,
            int maxParallelism,
            Duration checkpointInterval,
            String checkpointDirectory,
            StateBackend stateBackend,
            boolean scoredTopic,
            boolean storeEvents,
            Format format,
            boolean registerSchemas,
            boolean cloudEvents) {
        private static final int HIGHEST_PARALLELISM = 32_768;

        public Job {
            InvalidSetting.unlessNotNegative("outOfOrderness", outOfOrderness);
            InvalidSetting.unlessPositive("idleness", idleness);
            InvalidSetting.unlessPositive("dedupeHorizon", dedupeHorizon);
            InvalidSetting.unless(
                    maxParallelism >= 1 && maxParallelism <= HIGHEST_PARALLELISM,
                    "maxParallelism",
                    maxParallelism,
                    "1 to " + HIGHEST_PARALLELISM);
            InvalidSetting.unless(
                    parallelism >= 1 && parallelism <= maxParallelism,
                    "parallelism",
                    parallelism,
                    "1 to maxParallelism (" + maxParallelism + ")");
            InvalidSetting.unless(
                    checkpointInterval.toMillis() >= 10,
                    "checkpointInterval",
                    Durations.format(checkpointInterval),
                    "10ms or more");
            InvalidSetting.unlessDirectory("checkpointDirectory", checkpointDirectory);
        }

        @JsonIgnore
        public URI checkpointUri() {
            return uri(checkpointDirectory);
        }
    }

    /** In which order events are scored. */
    public enum Order {
        /** At once, in the order received. */
        @JsonProperty("arrival")
        ARRIVAL,
        /**
         * Buffered up to the watermark, by event time and transaction id: repeatable, and later.
         */
        @JsonProperty("event-time")
        EVENT_TIME
    }

    /** What happens to an event that lies below its partition's bound. */
    public enum LateEvents {
        /** It is scored and flagged. */
        @JsonProperty("score")
        SCORE,
        /** It is counted as late and not scored. */
        @JsonProperty("divert")
        DIVERT
    }

    /** What a failure may do to the alerts. */
    public enum Delivery {
        /** Repeat some; consumers drop repeats by alert id. */
        @JsonProperty("at-least-once")
        AT_LEAST_ONCE,
        /** Nothing, for consumers that read committed records; alerts wait for a checkpoint. */
        @JsonProperty("exactly-once")
        EXACTLY_ONCE
    }

    /** What alerts and scored events are on their topics. */
    public enum Format {
        /** JSON. */
        @JsonProperty("json")
        JSON,
        /** Avro behind its schema's id in the registry. */
        @JsonProperty("avro")
        AVRO,
        /** JSON behind its schema's id in the registry. */
        @JsonProperty("json-schema")
        JSON_SCHEMA
    }

    /** Where keyed state lives. */
    public enum StateBackend {
        /** On the heap: fast, bounded by memory. */
        @JsonProperty("hashmap")
        HASHMAP,
        /** In RocksDB: bounded by disk. */
        @JsonProperty("rocksdb")
        ROCKSDB
    }

    /**
     * Where events are stored for training.
     *
     * @param directory a path or a URI that Flink can write to
     * @param retention after which {@code store expire} removes a day, or {@code null} for never
     */
    public record Store(String directory, Duration retention) {
        public Store {
            InvalidSetting.unlessDirectory("directory", directory);
            if (retention != null) {
                InvalidSetting.unlessPositive("retention", retention);
            }
        }

        @JsonIgnore
        public URI uri() {
            return Settings.uri(directory);
        }
    }

    /**
     * Where published bundles and the log of decisions about them are.
     *
     * @param directory a path or a URI that Flink can read and write
     * @param signingKeyFile the Ed25519 key, in PEM, that bundles are signed by when they are
     *     trained or published; {@code null} to sign none
     * @param trustedKeysFile the public keys, in PEM, of which one must have signed a bundle before
     *     it is opened; {@code null} to open every bundle
     */
    public record Registry(String directory, Path signingKeyFile, Path trustedKeysFile) {
        public Registry {
            InvalidSetting.unlessDirectory("directory", directory);
        }

        /**
         * The registry in that directory.
         *
         * @throws SettingsException if a key can't be used
         */
        public ModelRegistry open(Clock clock) throws SettingsException {
            URI uri = Settings.uri(directory);
            return new ModelRegistry(
                    "file".equals(uri.getScheme())
                            ? new LocalRegistryFiles(Path.of(uri))
                            : new FlinkRegistryFiles(uri),
                    clock,
                    signer().orElse(null),
                    trustedKeys());
        }

        /**
         * What signs bundles, if anything does.
         *
         * @throws SettingsException if its key can't be used, or others may read it
         */
        public Optional<BundleSigner> signer() throws SettingsException {
            if (signingKeyFile == null) {
                return Optional.empty();
            }
            String setting = "registry.signingKeyFile";
            try {
                return Optional.of(BundleSigner.of(SecretFile.read(setting, signingKeyFile)));
            } catch (IllegalArgumentException noKey) {
                throw noKey(setting, signingKeyFile, noKey);
            }
        }

        /**
         * By whose keys bundles must be signed.
         *
         * @throws SettingsException if there is none in the file
         */
        public TrustedKeys trustedKeys() throws SettingsException {
            if (trustedKeysFile == null) {
                return TrustedKeys.NONE;
            }
            String setting = "registry.trustedKeysFile";
            try {
                return TrustedKeys.of(Files.readString(trustedKeysFile));
            } catch (IllegalArgumentException | IOException noKey) {
                throw noKey(setting, trustedKeysFile, noKey);
            }
        }

        /**
         * A bundle's file, checked by its signature where one is demanded, and not yet opened.
         *
         * @throws BundleException if it is not signed as it must be
         */
        public byte[] read(Path bundle) throws IOException, BundleException, SettingsException {
            byte[] zip = Files.readAllBytes(bundle);
            trustedKeys().require(bundle.toString(), zip, signatureOf(bundle));
            return zip;
        }

        /** The signature beside a bundle's file, or {@code null}. */
        public byte[] signatureOf(Path bundle) throws IOException {
            Path signature = signaturePath(bundle);
            return Files.exists(signature) ? Files.readAllBytes(signature) : null;
        }

        /** Writes a bundle's file as a whole, and its signature where there is a key to sign by. */
        public void write(Path bundle, byte[] zip) throws IOException, SettingsException {
            Optional<BundleSigner> signer = signer();
            // A signature of what was there before would be none of this one.
            Files.deleteIfExists(signaturePath(bundle));
            replace(bundle, zip);
            if (signer.isPresent()) {
                replace(signaturePath(bundle), signer.get().sign(zip));
            }
        }

        private static void replace(Path file, byte[] content) throws IOException {
            Path partial = Path.of(file + ".partial");
            try {
                Files.write(partial, content);
                Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
        }

        private static Path signaturePath(Path bundle) {
            return Path.of(bundle + BundleSigner.SUFFIX);
        }

        private static SettingsException noKey(String setting, Path file, Exception why) {
            return new SettingsException(
                    setting
                            + " ("
                            + file
                            + ") can't be used, expected keys as `fraudstream keys signing` makes"
                            + " them: "
                            + why.getMessage());
        }
    }

    /**
     * How a network is trained.
     *
     * @param labelMaturity after which an event without a fraud label is taken for legitimate
     * @param validationDays the last days of the training range, kept for early stopping,
     *     calibration and thresholds
     * @param legitimateShare the share of legitimate events that is trained on; every fraud is
     * @param patience epochs without improvement before training stops
     * @param alertsPerDay the budget where the threshold is chosen by alerts
     * @param precision the least where it is chosen by precision
     * @param reviewCostMinor of one alert, in minor units of the base currency, where it is chosen
     *     by cost
     */
    public record Training(
            NetworkKind model,
            long seed,
            Duration labelMaturity,
            int validationDays,
            double legitimateShare,
            int maxEpochs,
            int patience,
            int alertsPerDay,
            ThresholdPolicy.By thresholdBy,
            double precision,
            long reviewCostMinor) {
        public Training {
            InvalidSetting.unlessNotNegative("labelMaturity", labelMaturity);
            InvalidSetting.unlessPositive("validationDays", validationDays);
            InvalidSetting.unless(
                    legitimateShare > 0 && legitimateShare <= 1,
                    "legitimateShare",
                    legitimateShare,
                    "more than 0 and at most 1");
            InvalidSetting.unlessPositive("maxEpochs", maxEpochs);
            InvalidSetting.unlessPositive("patience", patience);
            InvalidSetting.unlessPositive("alertsPerDay", alertsPerDay);
            InvalidSetting.unless(
                    precision > 0 && precision <= 1,
                    "precision",
                    precision,
                    "more than 0 and at most 1");
            InvalidSetting.unless(
                    reviewCostMinor >= 0, "reviewCostMinor", reviewCostMinor, "0 or more");
        }
    }

    /**
     * When a challenger is trained, and what it must keep to be promoted.
     *
     * @param every how much time lies between rounds; {@code null} for one round
     * @param testDays the newest matured days, on which it is compared with the champion
     * @param minEvents fewer test events decide nothing
     * @param minFrauds likewise for known frauds, to test on and to learn from
     * @param averagePrecisionMargin by how much it may lie below the champion's
     * @param maxCalibrationError the highest expected calibration error
     * @param meanScoreFactor how many times the mean score may be the share of frauds, or the other
     *     way round
     * @param alertVolumeFactor how many times the budget of alerts a day may be raised
     * @param segmentMargin by how much recall in a segment may lie below the champion's
     * @param segmentMinFrauds segments with fewer frauds are not looked at
     * @param maxFeaturePsi the highest population stability index of a feature; 0 reports it only
     */
    public record Retraining(
            Duration every,
            int testDays,
            int minEvents,
            int minFrauds,
            double averagePrecisionMargin,
            double maxCalibrationError,
            double meanScoreFactor,
            double alertVolumeFactor,
            double segmentMargin,
            int segmentMinFrauds,
            double maxFeaturePsi) {
        public Retraining {
            if (every != null) {
                InvalidSetting.unlessPositive("every", every);
            }
            InvalidSetting.unlessPositive("testDays", testDays);
            InvalidSetting.unlessPositive("minEvents", minEvents);
            InvalidSetting.unlessPositive("minFrauds", minFrauds);
            InvalidSetting.unlessShare("averagePrecisionMargin", averagePrecisionMargin);
            InvalidSetting.unlessShare("maxCalibrationError", maxCalibrationError);
            InvalidSetting.unless(
                    meanScoreFactor >= 1, "meanScoreFactor", meanScoreFactor, "1 or more");
            InvalidSetting.unless(
                    alertVolumeFactor >= 1, "alertVolumeFactor", alertVolumeFactor, "1 or more");
            InvalidSetting.unlessShare("segmentMargin", segmentMargin);
            InvalidSetting.unlessPositive("segmentMinFrauds", segmentMinFrauds);
            InvalidSetting.unless(maxFeaturePsi >= 0, "maxFeaturePsi", maxFeaturePsi, "0 or more");
        }
    }

    /**
     * The effective settings as YAML in the shape of the file, secrets hidden, in a fixed order.
     */
    public String toYaml() {
        return SettingsReader.toYaml(
                new Settings(
                        new Kafka(
                                kafka.bootstrapServers,
                                kafka.topicPrefix,
                                kafka.schemaRegistry,
                                kafka.schemaRegistryCredentials,
                                new TreeMap<>(Secrets.hide(kafka.properties))),
                        transactions,
                        job,
                        store,
                        registry,
                        training,
                        retraining,
                        new TreeMap<>(Secrets.hide(flink))));
    }

    private static URI uri(String directory) {
        return directory.contains("://") || directory.startsWith("file:")
                ? URI.create(directory)
                : Path.of(directory).toAbsolutePath().normalize().toUri();
    }
}
