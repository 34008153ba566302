package io.fraudstream.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads {@link Settings}: the defaults, over them a YAML file, over it the environment ({@code
 * FRAUDSTREAM_KAFKA_BOOTSTRAP_SERVERS} for {@code kafka.bootstrapServers}), over it {@code
 * key.path=value} from the command line. Strict: an unknown key or a value that does not fit is an
 * error, and all of them are told at once. A key without a value keeps its default.
 */
public final class SettingsReader {
    private static final String KAFKA = "kafka.properties";

    private final Map<String, String> environment;

    /**
     * @param environment usually {@code System.getenv()}
     */
    public SettingsReader(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * Reads the effective settings.
     *
     * @param file a YAML file, or {@code null} for none
     * @param overrides values by key path, such as {@code job.parallelism}
     * @throws SettingsException that names place, key, value and expectation of everything that is
     *     wrong
     */
    public Settings read(Path file, Map<String, String> overrides) throws SettingsException {
        SettingsDraft draft = draft(file, overrides);
        Settings settings = draft.settings();
        throwAll(draft.problems());
        return settings;
    }

    /**
     * Reads the same, and the files that the settings name.
     *
     * @throws SettingsException that names everything that is wrong with any of them
     */
    public CheckedSettings check(Path file, Map<String, String> overrides)
            throws SettingsException {
        SettingsDraft draft = draft(file, overrides);
        Settings settings = draft.settings();
        Settings.Transactions transactions = settings.transactions();
        Settings.Registry registry = settings.registry();
        draft.tellFaults(
                "transactions.exchangeRates",
                () -> CodecParts.exchangeRates(transactions.exchangeRates()));
        draft.tellFaults(
                transactions.cardTokenKeyFile() == null
                        ? "transactions.cardNumbers"
                        : KeyedCardTokens.KEY_FILE,
                () -> CodecParts.cardTokens(transactions, environment));
        draft.tellFaults("registry.signingKeyFile", registry::signer);
        draft.tellFaults("registry.trustedKeysFile", registry::trustedKeys);
        draft.tellContradictions(settings);
        throwAll(draft.problems());
        List<String> notes = new ArrayList<>();
        settings.kafka()
                .properties()
                .forEach(
                        (name, value) ->
                                Secrets.unresolved(KAFKA, Map.of(name, value), environment)
                                        .forEach(
                                                note ->
                                                        notes.add(
                                                                draft.place(KAFKA + "." + name)
                                                                        + ": "
                                                                        + note)));
        return new CheckedSettings(
                settings,
                CodecParts.exchangeRates(transactions.exchangeRates()).version(),
                draft.sources(),
                notes);
    }

    private SettingsDraft draft(Path file, Map<String, String> overrides) {
        SettingsDraft draft = new SettingsDraft();
        if (file != null) {
            draft.lay(new SettingsFile(file));
        }
        draft.layEnvironment(environment);
        overrides.forEach(draft::layOverride);
        return draft;
    }

    private static void throwAll(List<SettingProblem> problems) throws SettingsException {
        if (!problems.isEmpty()) {
            throw new SettingsException(
                    problems.stream()
                            .sorted(SettingProblem.BY_PLACE)
                            .map(SettingProblem::toString)
                            .toList());
        }
    }
}
