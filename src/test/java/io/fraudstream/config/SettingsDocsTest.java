package io.fraudstream.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class SettingsDocsTest {
    @SuppressWarnings("UnusedVariable") // JUnit reads it.
    private static final Iterable<SettingKey> KEYS = SettingKey.ALL;

    @TempDir private Path directory;

    @ParameterizedTest
    @FieldSource("KEYS")
    void everyKeyIsExplainedInOneRowWithItsChoices(SettingKey key) {
        assertThat(key.setting().value())
                .isNotBlank()
                .doesNotEndWith(".")
                .doesNotContain("|", "\n");
        assertThat(SettingsDocs.markdown()).containsOnlyOnce("\n| `" + key.path() + "` | ");
        if (key.type().isEnum()) {
            for (String choice : SettingsYaml.choices(key.type())) {
                assertThat(key.setting().value()).contains("`" + choice + "`");
            }
        }
    }

    /** What stands there as a comment is meant to be taken as it is. */
    @Test
    void theFileReadsAsTheDefaultsAndItsExamplesFit() throws Exception {
        Path file = Files.writeString(directory.resolve("all.yaml"), SettingsDocs.yaml());
        assertThat(new SettingsReader(Map.of()).read(file, Map.of())).isEqualTo(Settings.DEFAULT);

        Files.writeString(file, SettingsDocs.yaml().replaceAll("(?m)^  # (\\w+: \\S+)$", "  $1"));
        Settings settings = new SettingsReader(Map.of()).read(file, Map.of());

        assertThat(settings.job().parallelism()).isEqualTo(4);
        assertThat(settings.transactions().exchangeRates())
                .isEqualTo(directory.resolve("exchange-rates.yaml"));
    }
}
