package io.fraudstream.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody may have meant to write. */
final class Spelling {
    private Spelling() {}

    /** The known word nearest to this one, if it is no further than a few slips away. */
    static Optional<String> nearest(String word, Collection<String> known) {
        return nearest(word, known, 1 + word.length() / 5);
    }

    static Optional<String> nearest(String word, Collection<String> known, int most) {
        String plain = plain(word);
        return known.stream()
                .filter(candidate -> slips(plain, plain(candidate)) <= most)
                .min(
                        Comparator.<String>comparingInt(candidate -> slips(plain, plain(candidate)))
                                .thenComparing(Comparator.naturalOrder()));
    }

    /** Neither case nor hyphens make another word. */
    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }

    /** How many letters must be put in, left out, replaced or exchanged with their neighbour. */
    private static int slips(String from, String to) {
        int[][] slips = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    slips[i][j] = i + j;
                    continue;
                }
                int replaced =
                        slips[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                slips[i][j] = Math.min(replaced, 1 + Math.min(slips[i - 1][j], slips[i][j - 1]));
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    slips[i][j] = Math.min(slips[i][j], slips[i - 2][j - 2] + 1);
                }
            }
        }
        return slips[from.length()][to.length()];
    }
}
