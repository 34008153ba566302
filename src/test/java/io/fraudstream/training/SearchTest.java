package io.fraudstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.transaction.ExchangeRates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SearchTest {
    private static final NetworkSettings NETWORK =
            NetworkSettings.defaults(NetworkKind.DENSE, 42)
                    .with("hiddenUnits", "8")
                    .with("learningRate", "0.02")
                    .with("batchSize", "32")
                    .withEpochs(2, 2);

    @Test
    void theGridHoldsEveryCombination() {
        assertThat(Search.grid(List.of("l2=0,1e-4", "batchSize=32,64"), NETWORK))
                .containsExactly(
                        Map.of("l2", "0", "batchSize", "32"),
                        Map.of("l2", "0", "batchSize", "64"),
                        Map.of("l2", "1e-4", "batchSize", "32"),
                        Map.of("l2", "1e-4", "batchSize", "64"));
    }

    @Test
    void whatIsNoSettingIsRefusedBeforeAnythingIsTrained() {
        assertThatThrownBy(() -> Search.grid(List.of("l2"), NETWORK))
                .hasMessageContaining("search axis is \"l2\", expected a setting and its values");
        assertThatThrownBy(() -> Search.grid(List.of("depth=3"), NETWORK))
                .hasMessageContaining("\"depth\" is no setting of a network");
        assertThatThrownBy(() -> Search.grid(List.of("dropout=0,2"), NETWORK))
                .hasMessageContaining("dropout is 2.0, expected 0 or more and below 1");
    }

    @Test
    void everyCandidateIsTrainedOnEveryFoldAndTheBestComesFirst() throws TrainingException {
        int days = 60;
        RecordedEvents events = Samples.stream(days, 1);
        FeatureSchema schema = new FeatureSchema(ExchangeRates.only("EUR"));
        TrainingSettings settings =
                new TrainingSettings(
                        NETWORK, Duration.ofDays(7), 7, 0.5, ThresholdPolicy.alerts(3));
        long start = events.transactions().get(0).eventTime();
        long end = events.transactions().get(events.transactions().size() - 1).eventTime() + 1;
        List<TrainingSet> folds =
                Search.folds(2, settings, new TrainingWindow(start, end, end), events.labels());
        new OfflineFeatures(schema)
                .run(
                        events.transactions(),
                        events.labels(),
                        row -> folds.forEach(fold -> fold.add(row)));
        List<Long> done = new ArrayList<>();

        List<Search.Outcome> outcomes =
                new Search(schema).run(folds, Search.grid(List.of("seed=1,2"), NETWORK), done::add);

        assertThat(folds.get(1).validationFrom() - folds.get(0).validationFrom())
                .isEqualTo(Duration.ofDays(7).toMillis());
        assertThat(done).containsExactly(1L, 2L, 3L, 4L);
        assertThat(outcomes).hasSize(2);
        assertThat(outcomes.get(0).mean()).isGreaterThanOrEqualTo(outcomes.get(1).mean());
        for (Search.Outcome outcome : outcomes) {
            NetworkSettings network = Search.with(NETWORK, outcome.changes());
            assertThat(outcome.averagePrecision())
                    .containsExactly(
                            alone(schema, folds.get(0), network),
                            alone(schema, folds.get(1), network));
        }
    }

    private static double alone(FeatureSchema schema, TrainingSet fold, NetworkSettings network)
            throws TrainingException {
        return new Trainer(schema, io.fraudstream.model.dl4j.TrainingProgress.SILENT)
                .train(fold.with(network))
                .validation()
                .averagePrecision();
    }
}
