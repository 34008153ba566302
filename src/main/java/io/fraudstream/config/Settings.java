package io.fraudstream.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.job.FlinkRegistryFiles;
import io.fraudstream.job.JobSettings;
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
 * <p>To add a key: a component with its {@link Setting} here, its default in {@link #DEFAULT}, and
 * what {@code fraudstream config docs} then prints in the README and in {@code
 * config/fraudstream.yaml}.
 */
public record Settings(
        Kafka kafka,
        Transactions transactions,
        Job job,
        Store store,
        Registry registry,
        Training training,
        @Setting(
                        "what a challenger must keep to take the champion's place by `retrain`,"
                                + " over the newest matured days, which neither has learned from")
                Retraining retraining,
        @Setting(
                        "Flink's own keys, handed on as they are; refused are those that the job"
                                + " decides itself, and values that Flink can't read")
                Map<String, String> flink) {

    public static final Settings DEFAULT =
            new Settings(
                    new Kafka("localhost:9092", "", "fraudstream", null, null, Map.of()),
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
                            JobSettings.HISTORY_CACHE_MB,
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

    /** Where Kafka is. */
    public record Kafka(
            @Setting("brokers, host:port, by commas") String bootstrapServers,
            @Setting("before every topic's name, so that several installations share a cluster")
                    String topicPrefix,
            @Setting(
                            "behind that prefix the consumer group which tells how far the job has"
                                    + " read, and how its transactional ids begin. Two jobs on the"
                                    + " same topics need two")
                    String groupId,
            @Setting(
                            value =
                                    "addresses of a schema registry, by commas, for `job.format`:"
                                            + " see [interfaces](#interfaces)",
                            example = "http://localhost:8081")
                    String schemaRegistry,
            @Setting(
                            value = "`user:password` for it, by reference: `${env:NAME}`",
                            example = "${env:REGISTRY_LOGIN}")
                    String schemaRegistryCredentials,
            @Setting(
                            "passed to every Kafka client, such as `security.protocol`; [TLS,"
                                    + " SASL](#security), secrets by `${env:NAME}`,"
                                    + " `${directory:DIRECTORY:FILE}` or `${file:FILE:KEY}`")
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
                    !groupId.isBlank(), "groupId", groupId, "the name of a consumer group");
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
                    + ", groupId="
                    + groupId
                    + ", schemaRegistry="
                    + schemaRegistry
                    + ", properties="
                    + Secrets.hide(properties)
                    + "]";
        }
    }

    /** What is accepted at the door. */
    public record Transactions(
            @Setting("bytes; a longer record is rejected unread") int maxRecordBytes,
            @Setting("minor units of the base currency; more is rejected") long maxAmountMinor,
            @Setting(
                            "how far an event time may lie ahead of the record's timestamp. One so"
                                    + " far ahead makes what follows it in its partition late")
                    Duration maxFuture,
            @Setting(
                            value =
                                    "rate table in YAML; without one an"
                                            + " *example* table. Part of the feature fingerprint",
                            example = "exchange-rates.yaml")
                    Path exchangeRates,
            @Setting(
                            "a `card_id` that looks like a PAN: `reject`, `tokenize` (keyed HMAC)"
                                    + " or `trusted-tokens` (keep it, for issuers whose surrogate"
                                    + " tokens are numeric)")
                    CardNumberRule cardNumbers,
            @Setting(
                            "fields other than `card_id`, by commas, whose digits are known to be"
                                + " no card numbers, such as `merchant_id`; else a record with one"
                                + " there is rejected")
                    String trustedFields,
            @Setting(
                            value =
                                    "key of `tokenize`, [wrapped](#security) or in hexadecimal; or"
                                            + " `FRAUDSTREAM_CARD_TOKEN_KEY`",
                            example = "card-token.key")
                    Path cardTokenKeyFile,
            @Setting(
                            value =
                                    "what that key is wrapped by; or"
                                            + " `FRAUDSTREAM_CARD_TOKEN_WRAPPING_KEY`",
                            example = "wrapping.key")
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

    /** How the job runs. */
    public record Job(
            @Setting(
                            "`arrival`: score at once, in the order received. `event-time`: buffer"
                                    + " to the watermark and score by (event time, transaction id),"
                                    + " repeatable at any parallelism")
                    Order order,
            @Setting(
                            "how far a partition's events may lie behind its newest one before they"
                                    + " are late, in event time")
                    Duration outOfOrderness,
            @Setting("after so much silence a partition no longer holds the watermark back")
                    Duration idleness,
            @Setting(
                            "`score` and flag them; or `divert`: unscored to the topic `late`,"
                                    + " counted as late")
                    LateEvents lateEvents,
            @Setting("for so much event time a transaction id is remembered")
                    Duration dedupeHorizon,
            @Setting(
                            "`at-least-once`: low latency; after a failure consumers drop repeats"
                                + " by `alert_id`. `exactly-once`: Kafka transactions; consumers"
                                + " read committed records, one checkpoint later")
                    Delivery delivery,
            @Setting(
                            value = "subtasks of each operator",
                            example = "4",
                            defaultInWords = "cores, at most 4",
                            onCluster = "parallelism.default")
                    int parallelism,
            @Setting("the highest parallelism that a state can ever have; fixed for its life")
                    int maxParallelism,
            @Setting(
                            value =
                                    "time between checkpoints; with `exactly-once` alerts wait for"
                                        + " the next. Each writes the whole state of `hashmap`, and"
                                        + " what changed of `rocksdb`",
                            onCluster = "execution.checkpointing.interval")
                    Duration checkpointInterval,
            @Setting(
                            value = "a directory of this machine",
                            onCluster = "execution.checkpointing.dir")
                    String checkpointDirectory,
            @Setting(
                            value = "`hashmap`: on the heap, fast. `rocksdb`: bounded by disk",
                            onCluster = "state.backend.type")
                    StateBackend stateBackend,
            @Setting(
                            "for `rocksdb`: each subtask keeps the histories that it used last at"
                                + " hand, cards' and terminals' in about so many megabytes of the"
                                + " heap each. 0 for none")
                    int historyCacheMb,
            @Setting("whether every scored event goes to the topic `scored`") boolean scoredTopic,
            @Setting("whether every event goes to the event store") boolean storeEvents,
            @Setting(
                            "of alerts and scored events: `json`; or `avro`, `json-schema`, behind"
                                    + " their schema's id in `kafka.schemaRegistry`")
                    Format format,
            @Setting(
                            "whether the job registers the schemas of `job.format` where they are"
                                    + " not; else it only looks them up")
                    boolean registerSchemas,
            @Setting("whether alerts and scored events have the headers of CloudEvents 1.0")
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
            InvalidSetting.unlessWith(
                    "maxParallelism",
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
            InvalidSetting.unless(
                    historyCacheMb >= 0, "historyCacheMb", historyCacheMb, "0 or more");
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

    /** Where events are stored for training. */
    public record Store(
            @Setting(
                            "Parquet by event date: a path, or a URI that Flink can write to."
                                    + " `train` and `explain` read a directory of this machine")
                    String directory,
            @Setting(
                            value = "after this `store expire` removes a day; without it, none",
                            example = "400d")
                    Duration retention) {
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

    /** Where published bundles and the log of decisions about them are. */
    public record Registry(
            @Setting(
                            "published bundles, and the log of decisions; a path, or a URI that"
                                + " Flink can write to. A running job fetches bundles from there")
                    String directory,
            @Setting(
                            value =
                                    "Ed25519 key by which bundles are [signed](#security) when they"
                                            + " are trained or published",
                            example = "signing.key")
                    Path signingKeyFile,
            @Setting(
                            value =
                                    "public keys; a bundle that none of them has signed is not"
                                            + " opened",
                            example = "signing.key.pub")
                    Path trustedKeysFile) {
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

    /** How a network is trained. */
    public record Training(
            @Setting(
                            "`dense`: the event's own features. Over the card's last 8 events:"
                                    + " `lstm`, `cnn` (temporal convolutions) or `combined` (LSTM"
                                    + " beside dense layers)")
                    NetworkKind model,
            @Setting("of everything random in training") long seed,
            @Setting("after this an event without a fraud label is taken for legitimate")
                    Duration labelMaturity,
            @Setting("days at the end, for early stopping, calibration and threshold")
                    int validationDays,
            @Setting("share of legitimate events trained on; frauds all are")
                    double legitimateShare,
            @Setting("upper bound; a kind of network may need less") int maxEpochs,
            @Setting(
                            "epochs without a better average precision on the validation days"
                                    + " before training ends")
                    int patience,
            @Setting("where `thresholdBy` is `alerts`: no more alerts a day than this")
                    int alertsPerDay,
            @Setting(
                            "how the threshold is chosen on the validation days: by `alerts`,"
                                    + " `precision` or `cost`")
                    ThresholdPolicy.By thresholdBy,
            @Setting(
                            "where it is `precision`: the lowest threshold whose alerts are fraud"
                                    + " at least so often")
                    double precision,
            @Setting(
                            "where it is `cost`: of one alert, in minor units of the base currency;"
                                + " the least of reviews and amounts of missed frauds together is"
                                + " sought")
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

    /** When a challenger is trained, and what it must keep to be promoted. */
    public record Retraining(
            @Setting(
                            value = "time between rounds of `retrain`; without it, one round",
                            example = "24h")
                    Duration every,
            @Setting("newest matured days that champion and challenger are compared on")
                    int testDays,
            @Setting("with fewer test events nothing is promoted") int minEvents,
            @Setting("likewise with fewer known frauds, to test on or to learn from") int minFrauds,
            @Setting("how far average precision may lie below the champion's")
                    double averagePrecisionMargin,
            @Setting("highest expected calibration error") double maxCalibrationError,
            @Setting(
                            "how many times the mean score may be the share of frauds, or the other"
                                    + " way round")
                    double meanScoreFactor,
            @Setting("how many times `training.alertsPerDay` the alerts a day may be")
                    double alertVolumeFactor,
            @Setting("how far recall in any segment may lie below the champion's")
                    double segmentMargin,
            @Setting("segments with fewer frauds are not looked at") int segmentMinFrauds,
            @Setting("highest population stability index of a feature; 0 reports it only")
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
        return SettingsYaml.write(
                new Settings(
                        new Kafka(
                                kafka.bootstrapServers,
                                kafka.topicPrefix,
                                kafka.groupId,
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
