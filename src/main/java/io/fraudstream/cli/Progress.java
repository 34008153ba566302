package io.fraudstream.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Model.CommandSpec;

/** A progress bar for a person, or a line every few seconds for a log. */
interface Progress extends AutoCloseable {
    void at(long done);

    @Override
    void close();

    static Progress start(String task, long total, CommandSpec spec) {
        return Terminal.isInteractive()
                ? new Bar(task, total)
                : new Lines(task, total, spec.commandLine().getErr());
    }

    /** For a person. */
    final class Bar implements Progress {
        private final ProgressBar bar;

        Bar(String task, long total) {
            bar =
                    new ProgressBarBuilder()
                            .setTaskName(task)
                            .setInitialMax(total)
                            .setStyle(ProgressBarStyle.ASCII)
                            .showSpeed()
                            .build();
        }

        @Override
        public void at(long done) {
            bar.stepTo(done);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** For a log. */
    final class Lines implements Progress {
        private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

        private final String task;
        private final long total;
        private final PrintWriter err;
        private final long began = System.nanoTime();
        private long shown = began;
        private long done;

        Lines(String task, long total, PrintWriter err) {
            this.task = task;
            this.total = total;
            this.err = err;
        }

        @Override
        public void at(long reached) {
            done = reached;
            if (System.nanoTime() - shown > EVERY_NANOS) {
                shown = System.nanoTime();
                show();
            }
        }

        @Override
        public void close() {
            show();
        }

        private void show() {
            err.printf(
                    Locale.ROOT,
                    "%s: %,d of %,d after %d s%n",
                    task,
                    done,
                    total,
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
            err.flush();
        }
    }
}
