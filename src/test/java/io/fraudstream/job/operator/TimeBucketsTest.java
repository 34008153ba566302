package io.fraudstream.job.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeBucketsTest {
    private final TimeBuckets buckets =
            new TimeBuckets(Duration.ofMillis(5), Duration.ofSeconds(1), Duration.ofDays(1));

    @Test
    void aTimeIsInTheFirstBucketWhoseBoundItDoesNotExceed() {
        assertThat(buckets.indexOf(-1)).isZero();
        assertThat(buckets.indexOf(5)).isZero();
        assertThat(buckets.indexOf(6)).isEqualTo(1);
        assertThat(buckets.indexOf(86_400_000)).isEqualTo(2);
        assertThat(buckets.indexOf(86_400_001)).isEqualTo(buckets.size() - 1);
    }

    @Test
    void aBucketIsShownWithThoseBeforeItAndItsBoundInSeconds() {
        ShownMetrics metrics = new ShownMetrics();
        long[] counts = {4, 3, 2, 1};

        buckets.show(metrics, bucket -> counts[bucket]);

        assertThat(metrics.value("le.0.005.bucket")).isEqualTo(4);
        assertThat(metrics.value("le.1.bucket")).isEqualTo(7);
        assertThat(metrics.value("le.86400.bucket")).isEqualTo(9);
        assertThat(metrics.value("le.+Inf.bucket")).isEqualTo(10);
        assertThat(metrics.value("count")).isEqualTo(10);
        counts[1]++;
        assertThat(metrics.value("le.1.bucket")).isEqualTo(8);
    }
}
