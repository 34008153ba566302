package io.fraudstream.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlinkRestTest {
    @Test
    void theReasonOfAFailureIsALine() {
        assertThat(
                        FlinkRest.reason(
                                "java.util.concurrent.CompletionException: org.apache.flink.runtime"
                                        + ".checkpoint.CheckpointException: Not all required tasks"
                                        + " are running.\n\tat java.base/java.lang.Thread.run"))
                .isEqualTo("Not all required tasks are running.");
        assertThat(
                        FlinkRest.reason(
                                "a.SomeException: outer\n\tat a.B\nCaused by: java.io.IOException:"
                                        + " No space left on device\n\tat a.C\n\t... 3 more\n"))
                .isEqualTo("No space left on device");
        assertThat(FlinkRest.reason("java.lang.NullPointerException\n\tat a.B"))
                .isEqualTo("java.lang.NullPointerException");
        assertThat(FlinkRest.reason("")).isEmpty();
    }
}
