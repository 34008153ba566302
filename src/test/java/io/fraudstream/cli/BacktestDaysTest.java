package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class BacktestDaysTest {
    private static final LocalDate FIRST = LocalDate.of(2018, 4, 1);
    private static final LocalDate TEST = LocalDate.of(2018, 7, 4);
    private static final Duration DELAY = Duration.ofDays(7);

    @Test
    void trainsOnAllThatIsKnownBehindTheWarmUp() {
        assertThat(BacktestDays.all(FIRST, DELAY, null, null, TEST, null))
                .isEqualTo(
                        new BacktestDays(
                                LocalDate.of(2018, 5, 1),
                                LocalDate.of(2018, 6, 26),
                                TEST,
                                LocalDate.of(2018, 7, 10)));
    }

    @Test
    void aShortRecordingIsNotSpentOnWarmingUp() {
        LocalDate test = LocalDate.of(2018, 5, 30);

        assertThat(BacktestDays.all(FIRST, DELAY, null, null, test, null).trainFrom())
                .isEqualTo(FIRST);
    }

    @Test
    void aDelayOfPartOfADayTakesTheWholeDay() {
        assertThat(BacktestDays.all(FIRST, Duration.ofHours(36), null, null, TEST, null).trainTo())
                .isEqualTo(LocalDate.of(2018, 7, 1));
    }

    @Test
    void theBookTrainsOnOneWeek() {
        assertThat(BacktestDays.handbook(TEST, DELAY))
                .isEqualTo(
                        new BacktestDays(
                                LocalDate.of(2018, 6, 20),
                                LocalDate.of(2018, 6, 26),
                                TEST,
                                LocalDate.of(2018, 7, 10)));
    }

    @Test
    void whatIsGivenStandsAndMustBeInOrder() {
        LocalDate day = LocalDate.of(2018, 6, 1);

        assertThat(BacktestDays.all(FIRST, DELAY, day, day, TEST, TEST))
                .isEqualTo(new BacktestDays(day, day, TEST, TEST));
        assertThatThrownBy(() -> BacktestDays.all(FIRST, DELAY, null, TEST, TEST, null))
                .hasMessage(
                        "--test-from is 2018-07-04, expected 2018-07-05 or later, behind"
                                + " --train-to");
    }
}
