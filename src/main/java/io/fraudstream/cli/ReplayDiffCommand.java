package io.fraudstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fraudstream.recording.CanonicalEvent;
import io.fraudstream.recording.CanonicalOutput;
import io.fraudstream.recording.ReplayDiff;
import io.fraudstream.transaction.ExchangeRates;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two canonical outputs. */
@Command(
        name = "diff",
        description = {
            "Compares what two replays found out: two models, two releases or two settings.",
            "A and B are files that replay --verify --out wrote."
        },
        exitCodeList = {
            "0:they are the same",
            "1:they differ",
            "2:wrong usage, or a file cannot be read"
        },
        footer = "  fraudstream replay diff champion.tsv.gz challenger.tsv.gz")
final class ReplayDiffCommand implements Callable<Integer> {
    private static final int DIFFER = 1;

    @Parameters(index = "0", paramLabel = "A", description = "The first output.")
    private Path a;

    @Parameters(index = "1", paramLabel = "B", description = "The second output.")
    private Path b;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "Show so many events of each kind, those of the largest amounts (default:"
                            + " ${DEFAULT-VALUE}).")
    private int examples;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (examples < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--examples is " + examples + ", expected 0 or more");
        }
        ReplayDiff diff;
        String currency;
        try (CanonicalOutput.Reader reader = new CanonicalOutput.Reader(a)) {
            currency = reader.header().currency();
            diff = ReplayDiff.of(a, b, examples);
        } catch (IOException unreadable) {
            throw new ParameterException(
                    spec.commandLine(), Failures.describe(unreadable), unreadable);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(
                    JsonMapper.builder()
                            .build()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(asMap(diff, currency)));
        } else {
            print(diff, currency, out);
        }
        out.flush();
        return diff.differ() ? DIFFER : Fraudstream.DONE;
    }

    private static void print(ReplayDiff diff, String currency, PrintWriter out) {
        out.printf(Locale.ROOT, "%-34s %12s %12s%n", "", "A", "B");
        out.printf(Locale.ROOT, "%-34s %,12d %,12d%n", "events", diff.eventsA(), diff.eventsB());
        out.printf(Locale.ROOT, "%-34s %,12d %,12d%n", "alerts", diff.alertsA(), diff.alertsB());
        if (!diff.differ()) {
            out.println("They are the same, bit by bit.");
            return;
        }
        out.println();
        out.printf(
                Locale.ROOT, "%-34s %12s %16s%n", "what differs", "events", "amount " + currency);
        diff.kinds()
                .forEach(
                        (kind, found) -> {
                            if (found.count() > 0) {
                                out.printf(
                                        Locale.ROOT,
                                        "%-34s %,12d %16s%n",
                                        words(kind),
                                        found.count(),
                                        major(found.amount(), currency));
                            }
                        });
        if (diff.largestScoreChange() > 0) {
            out.printf(Locale.ROOT, "Largest change of a score: %.3g%n", diff.largestScoreChange());
        }
        if (!diff.onlyOneHas().isEmpty()) {
            out.println("Features that only one has: " + String.join(", ", diff.onlyOneHas()));
        }
        if (!diff.changedFeatures().isEmpty()) {
            out.println("Features that changed, and on how many events:");
            diff.changedFeatures().entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                    .forEach(
                            entry ->
                                    out.printf(
                                            Locale.ROOT,
                                            "  %-50s %,12d%n",
                                            entry.getKey(),
                                            entry.getValue()));
        }
        diff.kinds()
                .forEach(
                        (kind, found) -> {
                            if (!found.examples().isEmpty()) {
                                out.println();
                                out.println("Examples: " + words(kind));
                                found.examples().forEach(example -> print(example, currency, out));
                            }
                        });
    }

    private static void print(ReplayDiff.Example example, String currency, PrintWriter out) {
        CanonicalEvent any = example.a() == null ? example.b() : example.a();
        out.printf(
                Locale.ROOT,
                "  %s  %s  %s %s%n",
                any.eventTime(),
                any.id(),
                major(any.amount(), currency),
                currency);
        print("A", example.a(), out);
        print("B", example.b(), out);
    }

    private static void print(String name, CanonicalEvent event, PrintWriter out) {
        if (event != null) {
            out.printf(
                    Locale.ROOT,
                    "    %s: %s, score %.6f by %s%s%n",
                    name,
                    event.decision(),
                    event.scoreValue(),
                    event.bundle(),
                    event.reasons().isEmpty()
                            ? ""
                            : ", for " + String.join(", ", event.reasonNames()));
        }
    }

    private static BigDecimal major(long minor, String currency) {
        return BigDecimal.valueOf(minor, ExchangeRates.minorDigits(currency));
    }

    private static String words(ReplayDiff.Kind kind) {
        return switch (kind) {
            case EVENT_APPEARED -> "events only in B";
            case EVENT_VANISHED -> "events only in A";
            case ALERT_APPEARED -> "alerts only in B";
            case ALERT_VANISHED -> "alerts only in A";
            case ALERT_RESCORED -> "alerts in both, another score";
            case ALERT_REASONED -> "alerts in both, other reasons";
            case OTHER_RESCORED -> "no alerts, another score";
            case BUNDLE_CHANGED -> "another bundle scored";
            case FEATURES_CHANGED -> "another value of a feature";
            case OTHERWISE_CHANGED -> "something else";
        };
    }

    private static Map<String, Object> asMap(ReplayDiff diff, String currency) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("differ", diff.differ());
        map.put("eventsA", diff.eventsA());
        map.put("eventsB", diff.eventsB());
        map.put("alertsA", diff.alertsA());
        map.put("alertsB", diff.alertsB());
        map.put("currency", currency);
        map.put("largestScoreChange", diff.largestScoreChange());
        diff.kinds()
                .forEach(
                        (kind, found) -> {
                            Map<String, Object> entry = new LinkedHashMap<>();
                            entry.put("events", found.count());
                            entry.put("amountMinor", found.amount());
                            List<Map<String, Object>> shown = new ArrayList<>();
                            found.examples().forEach(example -> shown.add(asMap(example)));
                            entry.put("examples", shown);
                            map.put(camelCase(kind), entry);
                        });
        map.put("changedFeatures", diff.changedFeatures());
        map.put("featuresOnlyOneHas", diff.onlyOneHas());
        return map;
    }

    private static Map<String, Object> asMap(ReplayDiff.Example example) {
        CanonicalEvent any = example.a() == null ? example.b() : example.a();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("eventTime", any.eventTime());
        map.put("transactionId", any.id());
        map.put("amountMinor", any.amount());
        map.put("a", asMap(example.a()));
        map.put("b", asMap(example.b()));
        return map;
    }

    private static Map<String, Object> asMap(CanonicalEvent event) {
        if (event == null) {
            return null;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("decision", event.decision());
        // JSON knows no NaN.
        map.put("score", Double.isNaN(event.scoreValue()) ? null : event.scoreValue());
        map.put("bundle", event.bundle());
        map.put("reasons", event.reasonNames());
        return map;
    }

    private static String camelCase(ReplayDiff.Kind kind) {
        String[] words = kind.name().toLowerCase(Locale.ROOT).split("_");
        StringBuilder name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        }
        return name.toString();
    }
}
