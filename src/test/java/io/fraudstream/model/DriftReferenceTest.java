package io.fraudstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftReferenceTest {
    private static final float NONE = Float.NaN;

    @Test
    void valuesAreCutIntoTenths() {
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = 999 - i;
        }

        assertThat(ReferenceBins.edges(values))
                .containsExactly(99, 199, 299, 399, 499, 599, 699, 799, 899);
    }

    @Test
    void fewDistinctValuesAreBinsOfTheirOwnHoweverRare() {
        float[] flags = new float[1000];
        flags[500] = 1;
        flags[501] = NONE;

        assertThat(ReferenceBins.edges(flags)).containsExactly(0);
        assertThat(ReferenceBins.edges(new float[] {7, 7})).isEmpty();
        assertThat(ReferenceBins.edges(new float[] {NONE})).isEmpty();
    }

    @Test
    void equalCutsAreOne() {
        float[] mostlyZero = new float[1000];
        for (int i = 0; i < 50; i++) {
            mostlyZero[i] = i;
        }

        assertThat(ReferenceBins.edges(mostlyZero)).containsExactly(0);
    }

    @Test
    void anEdgeBelongsToTheBinBelowAndMissingValuesHaveTheirOwn() {
        ReferenceBins bins = new ReferenceBins(new float[] {0, 10}, new double[4]);

        assertThat(bins.binOf(Double.NaN)).isZero();
        assertThat(bins.binOf(Double.NEGATIVE_INFINITY)).isEqualTo(1);
        assertThat(bins.binOf(0)).isEqualTo(1);
        assertThat(bins.binOf(0.001)).isEqualTo(2);
        assertThat(bins.binOf(10)).isEqualTo(2);
        assertThat(bins.binOf(1e9)).isEqualTo(3);
    }

    @Test
    void aVectorIsCountedInTheBinsOfItsValues() {
        float[] values = {
            NONE,
            -0f,
            0,
            1,
            -1,
            0.5f,
            -0.5f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            1e9f,
            -1e9f,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY
        };
        Random random = new Random(1);
        List<ReferenceBins> bins = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            float[] some = new float[random.nextInt(40)];
            for (int j = 0; j < some.length; j++) {
                some[j] = random.nextBoolean() ? random.nextInt(9) : values[random.nextInt(11)];
            }
            float[] edges = ReferenceBins.edges(some);
            bins.add(new ReferenceBins(edges, new double[edges.length + 2]));
        }
        ReferenceBins score = new ReferenceBins(new float[0], new double[] {0, 1});

        for (int i = 0; i < 2000; i++) {
            float[] vector = new float[bins.size()];
            for (int j = 0; j < vector.length; j++) {
                vector[j] =
                        random.nextBoolean()
                                ? random.nextInt(9)
                                : values[random.nextInt(values.length)];
            }
            List<ReferenceBins> one = new ArrayList<>();
            for (int j = 0; j < vector.length; j++) {
                double[] counts = new double[bins.get(j).size()];
                counts[bins.get(j).binOf(vector[j])] = 1;
                one.add(new ReferenceBins(bins.get(j).edges(), counts));
            }
            DriftCounts counts = new DriftCounts(new DriftReference(one, score));
            counts.add(vector, 0.5);

            for (int j = 0; j < vector.length; j++) {
                assertThat(counts.featureIndex(j)).isEqualTo(0, within(1e-9));
            }
        }
    }

    @Test
    void countsAddUpAndGoAway() {
        DriftReference reference =
                new DriftReference(
                        List.of(new ReferenceBins(new float[] {0}, new double[] {0, 900, 100})),
                        new ReferenceBins(new float[] {0.5f}, new double[] {0, 500, 500}));
        DriftCounts old = new DriftCounts(reference);
        DriftCounts recent = new DriftCounts(reference);
        DriftCounts both = new DriftCounts(reference);
        for (int i = 0; i < 1000; i++) {
            old.add(new float[] {i < 900 ? 0 : 1}, i < 500 ? 0.1 : 0.9);
            recent.add(new float[] {i < 100 ? 0 : NONE}, 0.9);
        }

        both.add(old);
        assertThat(both.featureIndex(0)).isEqualTo(0, within(1e-9));
        assertThat(both.scoreIndex()).isEqualTo(0, within(1e-9));
        both.add(recent);
        assertThat(both.events()).isEqualTo(2000);

        DriftCounts together = new DriftCounts(reference);
        for (int i = 0; i < 1000; i++) {
            together.add(new float[] {i < 900 ? 0 : 1}, i < 500 ? 0.1 : 0.9);
            together.add(new float[] {i < 100 ? 0 : NONE}, 0.9);
        }
        assertThat(recent.featureIndex(0)).isGreaterThan(0.25);
        assertThat(both.featureIndex(0)).isEqualTo(together.featureIndex(0));
        assertThat(both.scoreIndex()).isEqualTo(together.scoreIndex()).isGreaterThan(0);
        assertThat(new DriftCounts(reference).scoreIndex()).isNaN();
    }

    @Test
    void travelsInTheBundleAndInWhatTheJobKeepsOfIt() throws BundleException {
        DriftReference reference =
                new DriftReference(
                        List.of(
                                new ReferenceBins(
                                        new float[] {-1.5f, 0.1f}, new double[] {1, 2.25, 3, 4}),
                                new ReferenceBins(new float[0], new double[] {0, 8})),
                        new ReferenceBins(new float[] {0.03f}, new double[] {0, 9, 1}));

        DriftReference read = DriftReference.decode(reference.encode(), 2);

        assertThat(read).usingRecursiveComparison().isEqualTo(reference);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertRefused("{}", "drift.json cannot be read");
        assertRefused("null", "drift.json has 0 features, expected 1");
        assertRefused(
                "{\"features\":[],\"score\":{\"edges\":[],\"counts\":[0,0]}}",
                "drift.json has 0 features, expected 1");
        assertRefused(
                "{\"features\":[{\"edges\":[1,1],\"counts\":[0,0,0,0]}],"
                        + "\"score\":{\"edges\":[],\"counts\":[0,0]}}",
                "an edge is 1.0, expected rising numbers");
        assertRefused(
                "{\"features\":[{\"edges\":[1],\"counts\":[0,-1,0]}],"
                        + "\"score\":{\"edges\":[],\"counts\":[0,0]}}",
                "a bin counts -1.0 events, expected 0 or more");
        assertRefused(
                "{\"features\":[{\"edges\":[1],\"counts\":[0,0]}],"
                        + "\"score\":{\"edges\":[],\"counts\":[0,0]}}",
                "there are counts of 2 bins, expected 3 with 1 edges");
    }

    private static void assertRefused(String json, String message) {
        assertThatThrownBy(() -> DriftReference.decode(json.getBytes(StandardCharsets.UTF_8), 1))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining(message);
    }
}
