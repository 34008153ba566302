package io.fraudstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsDocs;
import io.fraudstream.config.SettingsReader;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.transaction.ExchangeRates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds what the documents say against the code. */
class DocumentationTest {
    private static final Path README = Path.of("README.md");

    @Test
    void theTableOfFeaturesIsTheSchema() throws IOException {
        List<String> expected =
                new FeatureSchema(ExchangeRates.only("EUR"))
                        .specs().stream().map(DocumentationTest::row).toList();

        assertThat(linesOf(Path.of("docs", "features.md")).filter(line -> line.startsWith("| `")))
                .containsExactlyElementsOf(expected);
    }

    private static String row(FeatureSpec spec) {
        String unit = spec.unit().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return "| `" + spec.name() + "` | " + unit + " | " + spec.words() + " |";
    }

    @Test
    void theTableOfSettingsIsWhatConfigDocsPrints() throws IOException {
        String section = Files.readString(README).split("### Settings")[1].split("### ")[0];

        assertThat(section.lines().filter(line -> line.startsWith("|")))
                .as("the table under Settings is to be what `fraudstream config docs` prints")
                .containsExactlyElementsOf(SettingsDocs.markdown().lines().toList());
    }

    @Test
    void theDefaultSettingsFileIsWhatConfigDocsPrints() throws IOException {
        assertThat(Path.of("config", "fraudstream.yaml"))
                .as("`fraudstream config docs --format yaml > config/fraudstream.yaml`")
                .hasContent(SettingsDocs.yaml());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fraudstream.yaml", "minimal.yaml", "production.yaml"})
    void theSettingsFilesThatComeWithItAreValid(String file) throws Exception {
        Settings settings =
                new SettingsReader(Map.of()).check(Path.of("config", file), Map.of()).settings();

        assertThat(settings.kafka().bootstrapServers()).contains(":909");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "RATIONALE.md",
                "CHANGELOG.md",
                "CONTRIBUTING.md",
                "SECURITY.md",
                "docs/features.md",
                "docs/measured.md",
                "docs/sizing.md",
                "docker/README.md",
                "schemas/README.md"
            })
    void everyLinkLeadsToAFile(String document) throws IOException {
        Path place = Path.of(document);
        Matcher links =
                Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)").matcher(Files.readString(place));
        while (links.find()) {
            if (!links.group(1).startsWith("https://")) {
                assertThat(place.resolveSibling(links.group(1))).exists();
            }
        }
    }

    private static Stream<String> linesOf(Path file) throws IOException {
        return Files.readString(file).lines();
    }
}
