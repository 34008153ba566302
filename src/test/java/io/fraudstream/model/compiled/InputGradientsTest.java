package io.fraudstream.model.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.model.Activation;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import io.fraudstream.model.TestNetworks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InputGradientsTest {
    private final SplittableRandom random = new SplittableRandom(21);

    @Test
    void aLinearNetworkGivesWeightTimesDifference() {
        Network network = dense(last(1, -2, 0.5f));

        double[] contributions =
                scorer(network, new Calibration(2, 7))
                        .contributions(new float[][] {{3, 1, -1}}, new float[] {1, 1, 2});

        // 2 · 1 · (3 − 1), 2 · −2 · 0 and 2 · 0.5 · (−1 − 2).
        assertThat(contributions).containsExactly(new double[] {4, 0, -3}, within(1e-12));
    }

    /** min(1, a + b) is 1 already with one of them: occlusion would find that neither matters. */
    @Test
    void featuresThatSayTheSameShareWhatTheySay() {
        Layer.Dense rest =
                new Layer.Dense(2, 1, Activation.RELU, new float[] {-1, -1}, new float[] {1});
        Layer.Dense last =
                new Layer.Dense(1, 1, Activation.SIGMOID, new float[] {-1}, new float[] {1});

        double[] contributions =
                scorer(dense(rest, last), Calibration.NONE)
                        .contributions(new float[][] {{1, 1}}, new float[] {0, 0});

        assertThat(contributions).containsExactly(new double[] {0.5, 0.5}, within(0.01));
    }

    /** Of relu(a + 2b − 1) the part of the way beyond the kink counts: (1 − 1/3) of 1 and of 2. */
    @Test
    void behindAReluOnlyTheOpenPartOfTheWayCounts() {
        Layer.Dense hidden =
                new Layer.Dense(2, 1, Activation.RELU, new float[] {1, 2}, new float[] {-1});

        double[] contributions =
                scorer(dense(hidden, last(1)), Calibration.NONE)
                        .contributions(new float[][] {{1, 1}}, new float[] {0, 0});

        assertThat(contributions).containsExactly(new double[] {2.0 / 3, 4.0 / 3}, within(0.01));
    }

    /**
     * With input and output gates wide open and no memory the last step of one unit is tanh(tanh(w
     * · x)): its contribution follows in closed form, shared by weight times difference.
     */
    @Test
    void aRecurrentUnitFollowsItsClosedForm() {
        float open = 40;
        Layer.Lstm lstm =
                new Layer.Lstm(
                        2,
                        1,
                        new float[] {0.5f, 0, 0, 0, 1.5f, 0, 0, 0},
                        new float[4],
                        new float[] {0, -open, open, open});
        Network network =
                new Network(
                        NetworkKind.LSTM,
                        new Network.Member(List.of(lstm), List.of(), List.of(last(3))));

        double[] contributions =
                scorer(network, Calibration.NONE)
                        .contributions(
                                new float[][] {{9, 9}, {-4, 2}, {0.8f, 0.4f}}, new float[] {0, 0});

        // w · x is 0.4 + 0.6.
        double whole = 3 * Math.tanh(Math.tanh(1));
        assertThat(contributions)
                .containsExactly(new double[] {0.4 * whole, 0.6 * whole}, within(1e-3));
    }

    @ParameterizedTest
    @EnumSource
    void contributionsAddUpToTheDifferenceInLogOdds(NetworkKind kind) {
        for (int round = 0; round < 40; round++) {
            int features = 1 + random.nextInt(12);
            Network network = TestNetworks.of(kind, features, 1 + random.nextInt(3), 1.5f, random);
            CompiledScorer scorer = scorer(network, Calibration.NONE);
            float[][] sequence = new float[1 + random.nextInt(9)][];
            Arrays.setAll(sequence, i -> TestNetworks.numbers(features, 5, random));
            float[] usual = TestNetworks.numbers(features, 5, random);
            float[][] asUsual = sequence.clone();
            asUsual[asUsual.length - 1] = usual;

            double sum = DoubleStream.of(scorer.contributions(sequence, usual)).sum();

            assertThat(sum)
                    .isCloseTo(
                            (double) scorer.logOdds(sequence) - scorer.logOdds(asUsual),
                            within(1e-3));
        }
    }

    /** What a line contributes is what its pieces do, and in a short piece hardly a ReLU opens. */
    @ParameterizedTest
    @EnumSource
    void aLineContributesWhatItsPiecesDo(NetworkKind kind) {
        int features = 20;
        int pieces = 400;
        Network network = TestNetworks.of(kind, features, 1, 0.8f, random);
        CompiledScorer scorer = scorer(network, Calibration.NONE);
        for (int round = 0; round < 5; round++) {
            float[][] sequence = new float[6][];
            Arrays.setAll(sequence, i -> TestNetworks.numbers(features, 4, random));
            float[] event = sequence[5];
            float[] usual = TestNetworks.numbers(features, 4, random);

            double[] whole = scorer.contributions(sequence, usual);

            double[] sum = new double[features];
            float[] before = usual;
            for (int piece = 1; piece <= pieces; piece++) {
                float[] at = new float[features];
                for (int i = 0; i < features; i++) {
                    at[i] = usual[i] + (event[i] - usual[i]) * piece / pieces;
                }
                sequence[5] = at;
                double[] added = scorer.contributions(sequence, before);
                Arrays.setAll(sum, i -> sum[i] + added[i]);
                before = at;
            }
            assertThat(whole).containsExactly(sum, within(0.05));
        }
    }

    /** A small difference is the derivative's, which differences of the scorer itself give too. */
    @ParameterizedTest
    @EnumSource
    void theGradientIsThatOfTheScorer(NetworkKind kind) {
        int features = 6;
        Network network = TestNetworks.of(kind, features, 1, 0.8f, random);
        CompiledScorer scorer = scorer(network, Calibration.NONE);
        float[][] sequence = new float[5][];
        Arrays.setAll(sequence, i -> TestNetworks.numbers(features, 2, random));
        float[] newest = sequence[4];
        float step = 1e-2f;
        for (int feature = 0; feature < features; feature++) {
            float[] usual = newest.clone();
            usual[feature] -= step;
            double contribution = scorer.contributions(sequence, usual)[feature];
            double with = scorer.logOdds(sequence);
            sequence[4] = usual;
            double without = scorer.logOdds(sequence);
            sequence[4] = newest;

            assertThat(contribution).isCloseTo(with - without, within(2e-4));
        }
    }

    /** The one shape that {@link ReluLine} knows, as an ensemble whose layers are padded. */
    @Test
    void twoReluLayersContributeTheMeanOfTheScorersOwnDifferences() {
        int features = 5;
        int points = 2_000;
        float step = 0.01f;
        List<Network.Member> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            members.add(
                    new Network.Member(
                            List.of(),
                            List.of(),
                            List.of(
                                    TestNetworks.dense(features, 21, Activation.RELU, 0.8f, random),
                                    TestNetworks.dense(21, 7, Activation.RELU, 0.8f, random),
                                    TestNetworks.dense(7, 1, Activation.SIGMOID, 0.8f, random))));
        }
        CompiledScorer scorer =
                scorer(new Network(NetworkKind.DENSE, members), new Calibration(2, 7));
        float[] event = TestNetworks.numbers(features, 3, random);
        float[] usual = TestNetworks.numbers(features, 3, random);

        double[] contributions = scorer.contributions(new float[][] {event}, usual);

        double[] expected = new double[features];
        for (int point = 0; point < points; point++) {
            float[] at = new float[features];
            for (int i = 0; i < features; i++) {
                at[i] = usual[i] + (event[i] - usual[i]) * (point + 0.5f) / points;
            }
            for (int i = 0; i < features; i++) {
                float there = at[i];
                at[i] = there + step;
                double after = scorer.logOdds(new float[][] {at});
                at[i] = there - step;
                double before = scorer.logOdds(new float[][] {at});
                at[i] = there;
                // The scorer's log-odds are those before calibration.
                expected[i] += 2 * (after - before) / (2 * step) * (event[i] - usual[i]) / points;
            }
        }
        assertThat(contributions).containsExactly(expected, within(1e-3));
    }

    @Test
    void whatIsMissingCountsAsTheMeanAndWhatIsAbsurdAsTheLimit() {
        CompiledScorer scorer = scorer(dense(last(1, 1, 1, 1)), Calibration.NONE);

        double[] contributions =
                scorer.contributions(
                        new float[][] {{Float.NaN, 1e30f, Float.POSITIVE_INFINITY, 2}},
                        new float[] {2, 1, 100, Float.NaN});

        assertThat(contributions).containsExactly(new double[] {-2, 5, 0, 2}, within(1e-9));
    }

    /** Not an assertion about time: prints what an alert's reasons cost. */
    @ParameterizedTest
    @EnumSource
    void costOfAnAlert(NetworkKind kind) {
        int features = 60;
        Network network = TestNetworks.of(kind, features, 1, 0.3f, random);
        CompiledScorer scorer = scorer(network, Calibration.NONE);
        float[][] sequence = new float[8][];
        Arrays.setAll(sequence, i -> TestNetworks.numbers(features, 3, random));
        float[] usual = TestNetworks.numbers(features, 1, random);
        double sum = 0;
        long start = 0;
        int counted = 100;
        for (int i = -counted; i < counted; i++) {
            start = i == 0 ? System.nanoTime() : start;
            sum += scorer.contributions(sequence, usual)[0];
        }
        System.out.printf(
                "contributions of a %s network: %d us%n",
                kind.wireName(), (System.nanoTime() - start) / 1000 / counted);
        assertThat(sum).isFinite();
    }

    private static Network dense(Layer.Dense... layers) {
        return new Network(
                NetworkKind.DENSE, new Network.Member(List.of(), List.of(), List.of(layers)));
    }

    private static Layer.Dense last(float... weights) {
        return new Layer.Dense(weights.length, 1, Activation.SIGMOID, weights, new float[] {0.25f});
    }

    private static CompiledScorer scorer(Network network, Calibration calibration) {
        float[] scale = new float[Math.max(network.sequenceInputs(), network.newestInputs())];
        Arrays.fill(scale, 1);
        return new CompiledScorer(
                "test",
                network,
                new Normalizer(new boolean[scale.length], new float[scale.length], scale),
                calibration);
    }
}
