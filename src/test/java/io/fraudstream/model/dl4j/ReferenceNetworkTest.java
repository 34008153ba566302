package io.fraudstream.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.Activation;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.GoldenCases;
import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import io.fraudstream.model.compiled.CompiledScorer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ReferenceNetworkTest {
    private static final int FEATURES = 7;

    private final SplittableRandom random = new SplittableRandom(11);

    @ParameterizedTest
    @EnumSource
    void compiledScorerAgreesOnFirstWeights(NetworkKind kind) {
        ReferenceNetwork reference = ReferenceNetwork.create(settings(kind, 5), normalizer());

        assertParity(reference, sequences(96));
    }

    @ParameterizedTest
    @EnumSource
    void compiledScorerAgreesOnTrainedWeights(NetworkKind kind) {
        TrainedNetwork trained = train(kind, 5);

        assertParity(trained.reference(), sequences(96));
    }

    @ParameterizedTest
    @EnumSource
    void theSameSeedGivesTheSameWeightsAndBytes(NetworkKind kind) {
        TrainedNetwork one = train(kind, 5);
        TrainedNetwork again = train(kind, 5);
        TrainedNetwork other = train(kind, 6);

        assertThat(blocks(again.network())).isDeepEqualTo(blocks(one.network()));
        assertThat(again.epochs()).isEqualTo(one.epochs());
        assertThat(again.reference().zip()).isEqualTo(one.reference().zip());
        assertThat(blocks(other.network())[0]).isNotEqualTo(blocks(one.network())[0]);
    }

    @ParameterizedTest
    @EnumSource
    void trainingLearnsWhatTellsTheKindsApart(NetworkKind kind) {
        List<EpochResult> epochs = train(kind, 5).epochs();

        assertThat(epochs.get(0).loss()).isGreaterThan(0.3);
        assertThat(epochs.get(epochs.size() - 1).loss()).isLessThan(0.2);
    }

    @Test
    void aShortSequenceScoresAsIfThereWereNoOtherSteps() {
        ReferenceNetwork reference =
                ReferenceNetwork.create(settings(NetworkKind.LSTM, 5), normalizer());
        float[][] three = sequence(3);

        float alone = reference.outputs(new float[][][] {three})[0];
        float besideLong = reference.outputs(new float[][][] {sequence(8), three, sequence(1)})[1];

        assertThat(besideLong).isEqualTo(alone);
    }

    @Test
    void ofALongSequenceOnlyTheLastStepsCount() {
        ReferenceNetwork reference =
                ReferenceNetwork.create(settings(NetworkKind.LSTM, 5), normalizer());
        float[][] eleven = sequence(11);
        float[][] lastEight = java.util.Arrays.copyOfRange(eleven, 3, 11);

        float[] outputs = reference.outputs(new float[][][] {eleven, lastEight});

        assertThat(outputs[0]).isEqualTo(outputs[1]);
    }

    @ParameterizedTest
    @EnumSource
    void theZipOpensToTheSameNetwork(NetworkKind kind) {
        ReferenceNetwork reference = train(kind, 5).reference();

        ReferenceNetwork opened = ReferenceNetwork.open(reference.zip(), kind, normalizer());

        assertThat(blocks(opened.network())).isDeepEqualTo(blocks(reference.network()));
        assertThat(BundleFormat.sha256(opened.zip())).hasSize(64);
    }

    @Test
    void whatIsNoZipIsRefused() {
        byte[] text = "not a zip".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> ReferenceNetwork.open(text, NetworkKind.DENSE, normalizer()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a network in DL4J's format");
    }

    @Test
    void theBestEpochsWeightsAreKeptAndPatienceEndsTheTraining() {
        NetworkSettings settings = settings(NetworkKind.DENSE, 5);
        double[] measures = {0.5, 0.7, 0.6, 0.65, 0.9};
        List<float[][][]> seen = new ArrayList<>();

        TrainedNetwork trained =
                new NetworkTrainer(settings, TrainingProgress.SILENT)
                        .train(
                                examples(256),
                                normalizer(),
                                network -> {
                                    seen.add(blocks(network));
                                    return measures[seen.size() - 1];
                                });

        assertThat(trained.bestEpoch()).isEqualTo(2);
        assertThat(trained.epochs())
                .hasSize(4)
                .extracting(EpochResult::validation)
                .containsExactly(0.5, 0.7, 0.6, 0.65);
        assertThat(blocks(trained.network())).isDeepEqualTo(seen.get(1));
    }

    @Test
    void withoutAMeasureAllEpochsRunAndTheLastCounts() {
        TrainedNetwork trained =
                new NetworkTrainer(settings(NetworkKind.DENSE, 5), TrainingProgress.SILENT)
                        .train(examples(64), normalizer(), network -> Double.NaN);

        assertThat(trained.epochs()).hasSize(6);
        assertThat(trained.bestEpoch()).isEqualTo(6);
    }

    @Test
    void progressHearsEveryBatchAndEpoch() {
        List<String> heard = new ArrayList<>();
        TrainingProgress progress =
                new TrainingProgress() {
                    @Override
                    public void batchDone(int epoch, int batch, int batches, double loss) {
                        heard.add(epoch + ":" + batch + "/" + batches);
                    }

                    @Override
                    public void epochDone(EpochResult result) {
                        heard.add("epoch " + result.epoch());
                    }
                };

        new NetworkTrainer(settings(NetworkKind.DENSE, 5), progress)
                .train(examples(80), normalizer(), network -> Double.NaN);

        assertThat(heard).startsWith("1:1/3", "1:2/3", "1:3/3", "epoch 1", "2:1/3").hasSize(24);
    }

    @Test
    void withoutExamplesNothingIsTrained() {
        assertThatThrownBy(
                        () ->
                                new NetworkTrainer(
                                                settings(NetworkKind.DENSE, 5),
                                                TrainingProgress.SILENT)
                                        .train(examples(0), normalizer(), network -> 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 examples");
    }

    @Test
    void settingsNameWhatIsWrong() {
        NetworkSettings lstm = NetworkSettings.defaults(NetworkKind.LSTM, 1);

        assertThatThrownBy(() -> lstm.with("lstmUnits", "0"))
                .hasMessage("lstmUnits is 0, expected 1 or more");
        assertThatThrownBy(() -> lstm.with("learningRate", "1.5"))
                .hasMessage("learningRate is 1.5, expected above 0 and below 1");
        assertThatThrownBy(() -> lstm.with("averaging", "1"))
                .hasMessage("averaging is 1.0, expected 0 or more and below 1");
        assertThatThrownBy(() -> lstm.with("hiddenUnits", "12-x"))
                .hasMessage("hiddenUnits is \"x\", expected a whole number");
        assertThatThrownBy(() -> lstm.with("l2", "much"))
                .hasMessage("l2 is \"much\", expected a number");
        assertThatThrownBy(() -> lstm.with("units", "3"))
                .hasMessageStartingWith(
                        "\"units\" is no setting of a network, expected one of [members, ");
        assertThatThrownBy(() -> lstm.with("loss", "hinge"))
                .hasMessage("loss is \"hinge\", expected one of [cross-entropy, squared-error]");
        assertThatThrownBy(() -> lstm.with("members", "17"))
                .hasMessage("members is 17, expected 1 to 16");
        NetworkSettings cnn = NetworkSettings.defaults(NetworkKind.CNN, 1);
        assertThatThrownBy(() -> cnn.with("kernel", "9"))
                .hasMessage("kernel is 9, expected 1 or more and kernel^layers at most 64");
        assertThatThrownBy(() -> cnn.with("filters", ""))
                .hasMessage("filters is [], expected one number or more");
    }

    @Test
    void everySettingCanBeChangedByName() {
        NetworkSettings changed = NetworkSettings.defaults(NetworkKind.LSTM, 5);
        for (String name : NetworkSettings.NAMES) {
            String value =
                    switch (name) {
                        case "filters", "aggregateUnits", "hiddenUnits" -> "3-2";
                        case "members",
                                "lstmUnits",
                                "kernel",
                                "batchSize",
                                "maxEpochs",
                                "patience",
                                "seed" ->
                                "7";
                        case "activation" -> "tanh";
                        case "loss" -> "squared-error";
                        default -> "0.25";
                    };
            NetworkSettings one = changed.with(name, value);
            assertThat(one).isNotEqualTo(changed);
            changed = one;
        }

        assertThat(changed)
                .isEqualTo(
                        new NetworkSettings(
                                NetworkKind.LSTM,
                                7,
                                7,
                                List.of(3, 2),
                                7,
                                List.of(3, 2),
                                List.of(3, 2),
                                Activation.TANH,
                                Loss.SQUARED_ERROR,
                                0.25,
                                0.25,
                                0.25,
                                0.25,
                                0.25,
                                7,
                                7,
                                7,
                                0.25,
                                7));
    }

    @Test
    void averagedWeightsAreTheMeanOfStepsThatFadesBackwards() {
        WeightAverage average = new WeightAverage(0.5, Nd4j.zeros(1, 2));

        average.add(Nd4j.create(new float[][] {{1, 10}}));
        assertThat(average.average().toFloatVector()).containsExactly(1, 10);
        average.add(Nd4j.create(new float[][] {{4, -20}}));

        // The decay has come to 2 / 11: (2 · 1 + 9 · 4) / 11 and (2 · 10 + 9 · -20) / 11.
        assertThat(average.average().toFloatVector())
                .containsExactly(new float[] {38f / 11, -160f / 11}, within(1e-5f));
    }

    @ParameterizedTest
    @EnumSource
    void theAverageIsValidatedAndKept(NetworkKind kind) {
        NetworkSettings raw = settings(kind, 5);
        List<float[][][]> seen = new ArrayList<>();

        TrainedNetwork averaged =
                new NetworkTrainer(raw.with("averaging", "0.9"), TrainingProgress.SILENT)
                        .train(
                                examples(512),
                                normalizer(),
                                network -> {
                                    seen.add(blocks(network));
                                    return seen.size() == 3 ? 1 : 0;
                                });
        TrainedNetwork last = train(kind, 5);

        assertThat(averaged.bestEpoch()).isEqualTo(3);
        assertThat(blocks(averaged.network())).isDeepEqualTo(seen.get(2));
        // The steps themselves are the same with and without it.
        assertThat(averaged.epochs())
                .extracting(EpochResult::loss)
                .startsWith(
                        last.epochs().get(0).loss(),
                        last.epochs().get(1).loss(),
                        last.epochs().get(2).loss());
        assertThat(blocks(averaged.network())[0]).isNotEqualTo(blocks(last.network())[0]);
        assertParity(averaged.reference(), sequences(96));
    }

    @Test
    void numbersAreCopiedRowByRowHoweverTheyLie() {
        INDArray wide = Nd4j.arange(24).castTo(DataType.FLOAT).reshape('f', 4, 6);
        INDArray view = wide.get(NDArrayIndex.interval(1, 3), NDArrayIndex.interval(2, 5));
        float[] expected = new float[6];
        for (int i = 0; i < 6; i++) {
            expected[i] = view.getFloat(i / 3, i % 3);
        }

        assertThat(NetworkGraph.rowByRow(view)).containsExactly(expected);
        assertThat(NetworkGraph.rowByRow(view.transpose()))
                .containsExactly(
                        expected[0],
                        expected[3],
                        expected[1],
                        expected[4],
                        expected[2],
                        expected[5]);
        assertThat(NetworkGraph.rowByRow(wide.getRow(1))).hasSize(6).startsWith(1, 5, 9);
    }

    @Test
    void defaultsAreTheDocumentedShapes() {
        assertThat(NetworkSettings.defaults(NetworkKind.DENSE, 1).hiddenUnits())
                .containsExactly(128, 64);
        assertThat(NetworkSettings.defaults(NetworkKind.LSTM, 1).lstmUnits()).isEqualTo(32);
        assertThat(NetworkSettings.defaults(NetworkKind.LSTM, 1).hiddenUnits()).containsExactly(32);
    }

    @ParameterizedTest
    @EnumSource
    void everyVariantTrainsAndIsServedTheSame(NetworkKind kind) {
        for (String[] change :
                new String[][] {
                    {"activation", "tanh"},
                    {"loss", "squared-error"},
                    {"positiveWeight", "3"},
                    {"dropout", "0.2"},
                    {"members", "3"}
                }) {
            TrainedNetwork trained =
                    new NetworkTrainer(
                                    settings(kind, 5).with(change[0], change[1]),
                                    TrainingProgress.SILENT)
                            .train(examples(256), normalizer(), network -> Double.NaN);

            assertParity(trained.reference(), sequences(40));
            assertThat(trained.epochs().get(5).loss())
                    .as("%s %s", kind, change[0])
                    .isLessThan(trained.epochs().get(0).loss());
        }
    }

    private void assertParity(ReferenceNetwork reference, float[][][] sequences) {
        float[] outputs = reference.outputs(sequences);
        CompiledScorer compiled =
                new CompiledScorer("test", reference.network(), normalizer(), Calibration.NONE);

        assertThat(outputs).hasSize(sequences.length);
        assertThat(compiled.largestDifference(new GoldenCases(sequences, outputs)))
                .isLessThanOrEqualTo(1e-5);
        assertThat(spread(outputs)).isGreaterThan(0.01);
    }

    private static double spread(float[] values) {
        float lowest = 1;
        float highest = 0;
        for (float value : values) {
            lowest = Math.min(lowest, value);
            highest = Math.max(highest, value);
        }
        return highest - lowest;
    }

    private TrainedNetwork train(NetworkKind kind, long seed) {
        return new NetworkTrainer(settings(kind, seed), TrainingProgress.SILENT)
                .train(examples(512), normalizer(), network -> Double.NaN);
    }

    private static NetworkSettings settings(NetworkKind kind, long seed) {
        NetworkSettings settings =
                NetworkSettings.defaults(kind, seed)
                        .with("hiddenUnits", "9-5")
                        .with("learningRate", "0.02")
                        .with("learningRateDecay", "0.9")
                        .with("l2", "1e-6")
                        .with("averaging", "0")
                        .with("batchSize", "32")
                        .withEpochs(6, 2);
        return switch (kind) {
            case DENSE -> settings;
            case LSTM -> settings.with("lstmUnits", "6");
            case CNN -> settings.with("filters", "6-5");
            case COMBINED -> settings.with("lstmUnits", "6").with("aggregateUnits", "7");
        };
    }

    private static Normalizer normalizer() {
        boolean[] logarithmic = {true, false, true, false, false, false, true};
        float[] mean = {1, 0, 0.5f, -1, 0, 2, 0};
        float[] scale = {1, 2, 0.5f, 1, 0, 1, 3};
        float[][] edges = {{}, {-0.5f, 0, 0.25f}, {}, {}, {0, 1}, {}, {}};
        boolean[] indicated = {false, false, true, false, false, false, false};
        return new Normalizer(logarithmic, mean, scale, edges, indicated);
    }

    /** Frauds are those whose second number is positive in the newest vector. */
    private static Examples examples(int size) {
        SplittableRandom numbers = new SplittableRandom(3);
        float[][][] sequences = new float[size][][];
        for (int i = 0; i < size; i++) {
            sequences[i] = sequence(1 + i % FeatureSchema.SEQUENCE_LENGTH, numbers);
        }
        return new Examples() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public float[][] sequence(int index) {
                return sequences[index];
            }

            @Override
            public boolean isFraud(int index) {
                return sequences[index][sequences[index].length - 1][1] > 0;
            }
        };
    }

    private float[][][] sequences(int count) {
        float[][][] sequences = new float[count][][];
        for (int i = 0; i < count; i++) {
            sequences[i] = sequence(1 + i % FeatureSchema.SEQUENCE_LENGTH);
        }
        sequences[0][0][2] = Float.NaN;
        sequences[1][1][0] = Float.POSITIVE_INFINITY;
        sequences[2][2][6] = -Float.MAX_VALUE;
        return sequences;
    }

    private float[][] sequence(int length) {
        return sequence(length, random);
    }

    private static float[][] sequence(int length, SplittableRandom numbers) {
        float[][] sequence = new float[length][FEATURES];
        for (float[] vector : sequence) {
            for (int i = 0; i < FEATURES; i++) {
                vector[i] = (float) (6 * numbers.nextDouble() - 3);
            }
        }
        return sequence;
    }

    private static float[][][] blocks(Network network) {
        return network.members().stream()
                .flatMap(member -> member.layers().stream())
                .map(Layer::blocks)
                .toArray(float[][][]::new);
    }
}
