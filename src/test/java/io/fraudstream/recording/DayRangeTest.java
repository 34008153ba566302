package io.fraudstream.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fraudstream.transaction.Coordinates;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DayRangeTest {
    private static final LocalDate FIRST = LocalDate.parse("2018-06-01");
    private static final LocalDate LAST = LocalDate.parse("2018-06-30");

    @Test
    void includesBothDaysWhole() {
        DayRange june = new DayRange(FIRST, LAST);

        assertThat(june.contains(millis("2018-05-31T23:59:59.999Z"))).isFalse();
        assertThat(june.contains(millis("2018-06-01T00:00:00Z"))).isTrue();
        assertThat(june.contains(millis("2018-06-30T23:59:59.999Z"))).isTrue();
        assertThat(june.contains(millis("2018-07-01T00:00:00Z"))).isFalse();
    }

    @Test
    void isOpenWithoutEnds() {
        assertThat(new DayRange(null, null).contains(0)).isTrue();
        assertThat(new DayRange(FIRST, null).contains(Long.MAX_VALUE)).isTrue();
        assertThat(new DayRange(null, LAST).contains(Long.MIN_VALUE)).isTrue();
    }

    @Test
    void selectsRowsOfTheseDaysAndThoseWithoutATime() {
        List<RecordedTransaction> rows =
                List.of(
                        row(millis("2018-05-31T23:59:59Z")),
                        row(millis("2018-06-01T00:00:00Z")),
                        row(RecordedTransaction.NO_EVENT_TIME),
                        row(millis("2018-07-01T00:00:00Z")));
        List<RecordedTransaction> selected = new ArrayList<>();
        new DayRange(FIRST, LAST).select(rows.iterator()).forEachRemaining(selected::add);

        assertThat(selected).containsExactly(rows.get(1), rows.get(2));
    }

    @Test
    void refusesAnEndBeforeItsBeginning() {
        assertThatIllegalArgumentException().isThrownBy(() -> new DayRange(LAST, FIRST));
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }

    private static RecordedTransaction row(long eventTime) {
        return new RecordedTransaction(
                new byte[0],
                "c",
                eventTime,
                null,
                new Coordinates("f", 0, 1, Coordinates.NO_TIMESTAMP));
    }
}
