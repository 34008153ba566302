package io.fraudstream.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares what the job stored with what the offline path found, bit for bit. */
final class StoredResults {
    private StoredResults() {}

    static void assertSame(
            Collection<OfflineRun.Result> stored, Collection<OfflineRun.Result> expected) {
        Map<String, OfflineRun.Result> byKey = new TreeMap<>();
        stored.forEach(result -> byKey.put(result.key(), result));
        assertThat(stored).as("each event is stored once").hasSize(byKey.size());
        Map<String, OfflineRun.Result> expectedByKey = new TreeMap<>();
        expected.forEach(result -> expectedByKey.put(result.key(), result));
        assertThat(byKey.keySet()).isEqualTo(expectedByKey.keySet());

        List<String> differences = new ArrayList<>();
        expectedByKey.forEach(
                (key, offline) -> {
                    OfflineRun.Result job = byKey.get(key);
                    for (int i = 0; i < offline.features().length; i++) {
                        if (Float.floatToRawIntBits(job.features()[i])
                                != Float.floatToRawIntBits(offline.features()[i])) {
                            differences.add(
                                    key
                                            + " "
                                            + JobBench.SCHEMA.specs().get(i).name()
                                            + ": job "
                                            + job.features()[i]
                                            + ", offline "
                                            + offline.features()[i]);
                        }
                    }
                    if (Double.doubleToRawLongBits(job.score())
                            != Double.doubleToRawLongBits(offline.score())) {
                        differences.add(
                                key
                                        + " score: job "
                                        + job.score()
                                        + ", offline "
                                        + offline.score());
                    }
                });
        assertThat(differences).isEmpty();
    }
}
