package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.HOUR;
import static io.fraudstream.training.Samples.START;
import static io.fraudstream.training.Samples.label;
import static io.fraudstream.training.Samples.row;
import static io.fraudstream.training.Samples.transaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.transaction.FraudLabel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSetTest {
    private static final TrainingSettings SETTINGS =
            TrainingSettings.defaults(NetworkKind.DENSE, 42);

    @Test
    void splitsByTimeAndDropsWhatIsNotMature() {
        // Twenty-eight days, cut off at their end: the last seven are not mature, the seven before
        // are for validation.
        TrainingSet set =
                set(
                        SETTINGS,
                        List.of(fraudAt(START), fraudAt(START + 27 * DAY)),
                        28,
                        START + 28 * DAY);

        for (int day = -1; day < 29; day++) {
            set.add(row("t" + (START + day * DAY), START + day * DAY, "card", 1));
        }

        // The boundary itself is mature: it happened 7 days before the cut-off.
        assertThat(set.validationTo()).isEqualTo(START + 21 * DAY + 1);
        assertThat(set.validationFrom()).isEqualTo(START + 14 * DAY + 1);
        assertThat(set.validation().size()).isEqualTo(7);
        assertThat(set.legitimateSeen()).isEqualTo(14);
        assertThat(set.fitting().frauds()).isEqualTo(1);
        // A fraud that is known early is left out with its neighbours.
        assertThat(set.immature()).isEqualTo(6);
    }

    @Test
    void aShortRangeGivesAThirdToValidation() {
        TrainingSet set = set(SETTINGS, List.of(), 9, START + 90 * DAY);

        assertThat(set.validationFrom()).isEqualTo(START + 6 * DAY);
    }

    @Test
    void keepsEveryFraudAndASeededShareOfTheRest() {
        FraudLabel[] labels = new FraudLabel[400];
        for (int i = 0; i < labels.length; i++) {
            labels[i] =
                    label(
                            transaction("t" + i * 10, START + i, "card", "here", 1),
                            true,
                            START + DAY);
        }
        TrainingSet one = filled(SETTINGS, List.of(labels));
        TrainingSet again = filled(SETTINGS, List.of(labels));
        TrainingSet otherSeed =
                filled(TrainingSettings.defaults(NetworkKind.DENSE, 43), List.of(labels));

        assertThat(one.fitting().frauds()).isEqualTo(400);
        assertThat(one.legitimateSeen()).isEqualTo(3600);
        assertThat(one.keptShare()).isCloseTo(0.25, within(0.03));
        assertThat(one.fitting().size()).isEqualTo((int) Math.round(400 + 3600 * one.keptShare()));
        assertThat(ids(again)).isEqualTo(ids(one));
        assertThat(ids(otherSeed)).isNotEqualTo(ids(one));
    }

    @Test
    void aReversalIsNoExample() {
        TrainingSet set = set(SETTINGS, List.of(), 30, START + 90 * DAY);
        FeatureRow row = row("1", START, "card", 1);

        set.add(
                new FeatureRow(
                        "2", START, "card", true, false, Attributes.UNKNOWN, row.sequence()));

        assertThat(set.fitting().size()).isZero();
        assertThat(set.legitimateSeen()).isZero();
    }

    @Test
    void settingsAndWindowNameWhatIsWrong() {
        assertThatThrownBy(
                        () ->
                                new TrainingSettings(
                                        SETTINGS.network(),
                                        Duration.ofDays(7),
                                        7,
                                        1.5,
                                        ThresholdPolicy.DEFAULT))
                .hasMessage("legitimateShare is 1.5, expected above 0 and at most 1");
        assertThatThrownBy(() -> new TrainingWindow(5, 5, 9))
                .hasMessageContaining("expected later than 5");
    }

    private static TrainingSet filled(TrainingSettings settings, List<FraudLabel> labels) {
        TrainingSet set = set(settings, labels, 30, START + 90 * DAY);
        for (int i = 0; i < 4000; i++) {
            set.add(row("t" + i, START + HOUR, "card", 1));
        }
        return set;
    }

    private static List<String> ids(TrainingSet set) {
        return java.util.stream.IntStream.range(0, set.fitting().size())
                .mapToObj(i -> set.fitting().row(i).transactionId())
                .toList();
    }

    private static FraudLabel fraudAt(long time) {
        return label(transaction("t" + time, time, "card", "here", 1), true, time + HOUR);
    }

    private static TrainingSet set(
            TrainingSettings settings, List<FraudLabel> labels, int days, long cutOff) {
        return new TrainingSet(
                settings,
                new TrainingWindow(START, START + days * DAY, cutOff),
                new KnownLabels(labels, cutOff, settings.labelMaturity()));
    }
}
