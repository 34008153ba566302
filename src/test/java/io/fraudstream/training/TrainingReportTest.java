package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.SCHEMA;
import static io.fraudstream.training.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.transaction.EntryMode;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class TrainingReportTest {
    private static final int DAYS = 30;
    private static final Pattern IMAGE =
            Pattern.compile("src=\"data:image/svg\\+xml;base64,([^\"]+)");

    private static TrainedModel model;
    private static String page;
    private static Document document;
    private static JsonNode numbers;

    @TempDir private static Path directory;

    /** What it writes is not changed by any test. */
    @BeforeAll
    static void writeOne() throws Exception {
        model = train();
        List<ScoredEvent> test = test(0.3);
        new TrainingReport(SCHEMA)
                .write(
                        directory.resolve("report"),
                        model,
                        null,
                        List.of(
                                new TrainingReport.Section(
                                        "Test <days>",
                                        Evaluation.of(test, 0.5),
                                        test,
                                        Map.of("further", 7.0),
                                        new TrainingReport.Champion("c0ffee", 0.6, test(0.1)))));
        page = Files.readString(directory.resolve("report/report.html"));
        document = parsed(page);
        numbers = new ObjectMapper().readTree(directory.resolve("report/metrics.json").toFile());
    }

    @Test
    void thePageHoldsEachSection() {
        assertThat(texts("h1")).containsExactly("Fraud model " + model.bundle().id());
        assertThat(texts("h2"))
                .containsExactly(
                        "Summary",
                        "Model card",
                        "Training",
                        "Test <days>",
                        "Validation days",
                        "What the model goes by",
                        "Features");
        assertThat(texts("h3"))
                .contains(
                        "Purpose",
                        "Data",
                        "Network and training",
                        "Threshold",
                        "Limits",
                        "Identity",
                        "Alerts at the threshold",
                        "Precision, recall and ROC",
                        "What another threshold would do",
                        "Calibration",
                        "Scores of frauds and of legitimate events",
                        "Week by week",
                        "Segments",
                        "Comparison with the champion");
        assertThat(texts("figcaption"))
                .contains(
                        "Loss by epoch",
                        "Validation by epoch",
                        "Reliability, both axes logarithmic",
                        "Precision and recall by alert budget",
                        "Average precision by week");
        assertThat(texts("th")).contains("Champion c0ffee", "Amount, EUR");
        assertThat(texts("td"))
                .contains("chip", "contactless", "not given", "5411", "DE", "0 to 10")
                .contains(model.bundle().manifest().checksums().get("weights.bin"));
    }

    @Test
    void thePageNeedsNothingElse() throws Exception {
        String withoutImages = IMAGE.matcher(page).replaceAll("src=\"");

        assertThat(withoutImages).doesNotContain("<script", "http:", "https:", "url(", "NaN");
        NodeList images = document.getElementsByTagName("img");
        assertThat(images.getLength()).isEqualTo(13);
        Matcher image = IMAGE.matcher(page);
        int drawn = 0;
        while (image.find()) {
            String svg =
                    new String(Base64.getDecoder().decode(image.group(1)), StandardCharsets.UTF_8);
            assertThat(parsed(svg).getDocumentElement().getTagName()).isEqualTo("svg");
            assertThat(svg).doesNotContain("DOCTYPE", "href", "NaN");
            drawn++;
        }
        assertThat(drawn).isEqualTo(images.getLength());
    }

    @Test
    void everyEntryOfTheContentsLeadsSomewhere() {
        List<String> ids = new ArrayList<>();
        for (String name : List.of("h2", "h3")) {
            elements(name).forEach(heading -> ids.add("#" + heading.getAttribute("id")));
        }

        assertThat(elements("a"))
                .extracting(link -> link.getAttribute("href"))
                .containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void theNumbersAreThoseOfThePage() {
        assertThat(numbers.path("bundle").asText()).isEqualTo(model.bundle().id());
        assertThat(numbers.path("model").fieldNames())
                .toIterable()
                .contains("kind", "labelCutOff", "thresholdPolicy", "network", "checksums");
        assertThat(numbers.path("epochs")).hasSize(model.epochs().size());
        assertThat(numbers.path("Validation days").path("averagePrecision").asDouble())
                .isEqualTo(model.validation().averagePrecision());
        assertThat(numbers.path("attributions")).hasSize(SCHEMA.size());

        JsonNode test = numbers.path("Test <days>");
        assertThat(test.fieldNames())
                .toIterable()
                .contains(
                        "averagePrecision",
                        "areaUnderRoc",
                        "brier",
                        "calibrationError",
                        "alertsPerDay",
                        "costPerDayMinor",
                        "intervals",
                        "precisionRecall",
                        "roc",
                        "budgets",
                        "reliability",
                        "weeks",
                        "segments",
                        "champion");
        assertThat(test.path("further").asInt()).isEqualTo(7);
        assertThat(test.path("weeks")).hasSize(2);
        assertThat(test.path("segments").findValuesAsText("by"))
                .contains("Amount", "Entry mode", "MCC", "Country");
        JsonNode interval = test.path("intervals").path("averagePrecision");
        assertThat(interval.path("value").asDouble())
                .isEqualTo(test.path("averagePrecision").asDouble())
                .isBetween(interval.path("low").asDouble(), interval.path("high").asDouble());
        assertThat(test.path("champion").path("averagePrecisionGain").path("low").asDouble())
                .isPositive();
        assertThat(page).contains("Against the champion c0ffee it is better");
    }

    @Test
    void segmentsHoldEveryEventOnce() {
        JsonNode test = numbers.path("Test <days>");
        for (String by : List.of("Amount", "Entry mode", "MCC", "Country")) {
            long events = 0;
            for (JsonNode segment : test.path("segments")) {
                events +=
                        segment.path("by").asText().equals(by) ? segment.path("events").asInt() : 0;
            }
            assertThat(events).as(by).isEqualTo(test.path("events").asInt());
        }
    }

    @Test
    void attributionsNameWhatTellsFraudsApart() {
        // What the sample stream's frauds are known by stands far above the rest.
        JsonNode first = numbers.path("attributions").get(0);
        JsonNode last = numbers.path("attributions").get(SCHEMA.size() - 1);

        assertThat(first.path("alerts").asDouble()).isGreaterThan(0.5);
        assertThat(last.path("alerts").asDouble()).isLessThan(0.1);
    }

    @Test
    void aSetWithoutFraudsIsToldAsSuch() throws Exception {
        List<ScoredEvent> none = List.of(new ScoredEvent("1", "card", START, 0.5, false));
        new TrainingReport(SCHEMA)
                .write(
                        directory.resolve("none"),
                        model,
                        null,
                        List.of(
                                new TrainingReport.Section(
                                        "Test days", Evaluation.of(none, 0.5), none, Map.of())));

        String without = Files.readString(directory.resolve("none/report.html"));
        assertThat(without)
                .contains("Curves and segments need both frauds and legitimate events.")
                .doesNotContain("NaN");
        assertThat(
                        new ObjectMapper()
                                .readTree(directory.resolve("none/metrics.json").toFile())
                                .path("Test days")
                                .path("intervals")
                                .path("recall")
                                .path("value")
                                .isNull())
                .isTrue();
    }

    /**
     * Two weeks of events.
     *
     * @param shift how much higher frauds score
     */
    private static List<ScoredEvent> test(double shift) {
        SplittableRandom random = new SplittableRandom(8);
        List<ScoredEvent> events = new ArrayList<>();
        for (int i = 0; i < 2800; i++) {
            boolean fraud = random.nextInt(10) == 0;
            double score = 0.01 + 0.6 * random.nextDouble() + (fraud ? shift : 0);
            Attributes attributes =
                    new Attributes(
                            random.nextInt(200_000),
                            i % 2 == 0 ? "5411" : "5999",
                            i % 3 == 0 ? "DE" : "FR",
                            List.of(EntryMode.CHIP, EntryMode.CONTACTLESS).get(i % 2));
            events.add(
                    new ScoredEvent(
                            "t" + i,
                            "c" + i % 400,
                            START + i * DAY / 200,
                            score,
                            fraud,
                            i % 7 == 0 ? Attributes.UNKNOWN : attributes));
        }
        return events;
    }

    private static TrainedModel train() throws TrainingException {
        RecordedEvents events = Samples.stream(DAYS, 1);
        NetworkSettings network =
                NetworkSettings.defaults(NetworkKind.DENSE, 42)
                        .with("hiddenUnits", "8")
                        .with("learningRate", "0.02")
                        .with("batchSize", "32")
                        .withEpochs(4, 2);
        TrainingSettings settings =
                new TrainingSettings(
                        network, Duration.ofDays(7), 7, 0.5, ThresholdPolicy.alerts(3));
        long end = START + DAYS * DAY;
        TrainingSet set =
                new TrainingSet(
                        settings,
                        new TrainingWindow(START, end, end),
                        new KnownLabels(events.labels(), end, settings.labelMaturity()));
        new OfflineFeatures(SCHEMA).run(events.transactions(), events.labels(), set::add);
        return new Trainer(SCHEMA, TrainingProgress.SILENT).train(set);
    }

    private static Document parsed(String text) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> elements(String name) {
        NodeList nodes = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static List<String> texts(String name) {
        return elements(name).stream().map(Element::getTextContent).toList();
    }
}
