package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.transaction.FraudLabel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Tries a grid of network settings in the order of time (prequentially, Dawid 1984): each candidate
 * is trained as of several moments a week apart, with what was known then, and validated on the
 * days behind its training days. The measure is average precision there, at the epoch that early
 * stopping chose.
 */
public final class Search {
    private static final long STEP = Duration.ofDays(7).toMillis();

    private final FeatureSchema schema;

    /**
     * A candidate and what it reached.
     *
     * @param changes to the default settings of its kind, by name
     * @param averagePrecision by fold, the earliest first
     * @param seconds wall time of all its trainings
     */
    public record Outcome(
            Map<String, String> changes, List<Double> averagePrecision, double seconds) {
        public Outcome {
            averagePrecision = List.copyOf(averagePrecision);
        }

        public double mean() {
            return averagePrecision.stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(Double.NaN);
        }
    }

    public Search(FeatureSchema schema) {
        this.schema = schema;
    }

    /**
     * Every combination of the axes' values.
     *
     * @param axes such as {@code learningRate=0.001,0.002}
     * @throws IllegalArgumentException for an axis that is none, and for a setting or value that
     *     these settings do not take
     */
    public static List<Map<String, String>> grid(List<String> axes, NetworkSettings settings) {
        List<Map<String, String>> grid = new ArrayList<>();
        grid.add(Map.of());
        for (String axis : axes) {
            int equals = axis.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(
                        "search axis is \""
                                + axis
                                + "\", expected a setting and its values such as"
                                + " learningRate=0.001,0.002");
            }
            String name = axis.substring(0, equals);
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> one : grid) {
                for (String value : axis.substring(equals + 1).split(",", -1)) {
                    settings.with(name, value);
                    Map<String, String> with = new LinkedHashMap<>(one);
                    with.put(name, value);
                    longer.add(with);
                }
            }
            grid = longer;
        }
        return grid;
    }

    /** The settings with all of these changes. */
    public static NetworkSettings with(NetworkSettings settings, Map<String, String> changes) {
        NetworkSettings changed = settings;
        for (Map.Entry<String, String> change : changes.entrySet()) {
            changed = changed.with(change.getKey(), change.getValue());
        }
        return changed;
    }

    /**
     * Empty training sets as of moments a week apart, the earliest first, the last one as of the
     * window's own cut-off.
     */
    public static List<TrainingSet> folds(
            int count, TrainingSettings settings, TrainingWindow window, List<FraudLabel> labels) {
        List<TrainingSet> folds = new ArrayList<>();
        for (int back = count - 1; back >= 0; back--) {
            long cutOff = window.labelCutOff() - back * STEP;
            folds.add(
                    new TrainingSet(
                            settings,
                            new TrainingWindow(window.from(), window.to(), cutOff),
                            new KnownLabels(labels, cutOff, settings.labelMaturity())));
        }
        return folds;
    }

    /**
     * Trains every candidate on every fold.
     *
     * @param trained told how many trainings are done
     * @return the best first
     * @throws TrainingException if a fold has nothing to learn from
     */
    public List<Outcome> run(
            List<TrainingSet> folds, List<Map<String, String>> grid, LongConsumer trained)
            throws TrainingException {
        Trainer trainer = new Trainer(schema, TrainingProgress.SILENT);
        List<Outcome> outcomes = new ArrayList<>();
        long done = 0;
        for (Map<String, String> changes : grid) {
            long began = System.nanoTime();
            List<Double> reached = new ArrayList<>();
            for (TrainingSet fold : folds) {
                NetworkSettings network = with(fold.settings().network(), changes);
                reached.add(trainer.train(fold.with(network)).validation().averagePrecision());
                trained.accept(++done);
            }
            outcomes.add(new Outcome(changes, reached, (System.nanoTime() - began) / 1e9));
        }
        outcomes.sort(Comparator.comparingDouble(Outcome::mean).reversed());
        return outcomes;
    }
}
