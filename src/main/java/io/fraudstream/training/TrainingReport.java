package io.fraudstream.training;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.transaction.ExchangeRates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model is worth, as one HTML page that needs no other file ({@code report.html}) and as
 * numbers ({@code metrics.json}): the model card, how it ranks, how well its probabilities hold and
 * what its alerts find on each set of scored events, overall, by week and by segment, beside the
 * champion if there is one. Intervals are drawn from the bundle's seed, so the same model and
 * events give the same report.
 */
public final class TrainingReport {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final FeatureSchema schema;

    /**
     * Scores of one set of events.
     *
     * @param title such as {@code Test days}
     * @param further metrics beyond those of the evaluation, by name
     * @param champion what another bundle says of the same events; {@code null} without one
     */
    public record Section(
            String title,
            Evaluation evaluation,
            List<ScoredEvent> events,
            Map<String, Double> further,
            Champion champion) {
        public Section {
            events = List.copyOf(events);
        }

        /** Without a champion. */
        public Section(
                String title,
                Evaluation evaluation,
                List<ScoredEvent> events,
                Map<String, Double> further) {
            this(title, evaluation, events, further, null);
        }

        Map<String, Double> metrics() {
            Map<String, Double> all = new LinkedHashMap<>(evaluation.metrics());
            all.putAll(further);
            return all;
        }
    }

    /**
     * A bundle to compare with.
     *
     * @param threshold its own
     * @param events the same events in the same order
     */
    public record Champion(String bundleId, double threshold, List<ScoredEvent> events) {
        public Champion {
            events = List.copyOf(events);
        }

        /**
         * A bundle on the validation days of a training set.
         *
         * @throws BundleException if it takes other features
         */
        public static Champion of(ModelBundle bundle, FeatureSchema schema, TrainingSet set)
                throws BundleException {
            return new Champion(
                    bundle.id(),
                    bundle.manifest().threshold(),
                    set.scoreValidation(CompiledScorer.of(bundle, schema.fingerprint())));
        }
    }

    public TrainingReport(FeatureSchema schema) {
        this.schema = schema;
    }

    /**
     * Writes both files, replacing older ones; the directory is made where it does not exist.
     *
     * @param validationChampion on the validation days; {@code null} without one
     * @param tests beyond the validation days, if any
     */
    public void write(
            Path directory, TrainedModel model, Champion validationChampion, List<Section> tests)
            throws IOException {
        List<Section> sections = new ArrayList<>(tests);
        sections.add(
                new Section(
                        "Validation days",
                        model.validation(),
                        model.validationEvents(),
                        Map.of(),
                        validationChampion));
        int digits = ExchangeRates.minorDigits(schema.rates().baseCurrency());
        long minorUnits = Math.round(Math.pow(10, digits));
        long seed = model.bundle().manifest().seed();
        List<Measured> measured = new ArrayList<>();
        for (Section section : sections) {
            measured.add(
                    new Measured(
                            section,
                            model.settings().threshold().reviewCostMinor(),
                            minorUnits,
                            seed));
        }
        List<Attributions.Attribution> attributions =
                Attributions.of(schema, model.bundle(), model.alertRows(), model.fraudRows());
        Map<String, Object> settings =
                JSON.convertValue(
                        model.settings().network(), new TypeReference<Map<String, Object>>() {});
        // Of layers that this kind of network does not have.
        settings.values().removeIf(List.of()::equals);
        for (String units : List.of("lstmUnits", "kernel")) {
            settings.remove(units, 0);
        }
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("report.html"),
                new ReportPage(schema, model, settings, measured, attributions).html());
        JSON.writeValue(
                directory.resolve("metrics.json").toFile(),
                ReportNumbers.of(schema, model, settings, measured, attributions));
    }
}
