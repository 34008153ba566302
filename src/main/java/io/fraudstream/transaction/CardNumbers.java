package io.fraudstream.transaction;

/**
 * Recognises and masks primary account numbers: 13 to 19 digits of any script, spaces, hyphens and
 * their like between them allowed, that begin like a card scheme's issuer number and pass the Luhn
 * check (ISO/IEC 7812-1).
 */
public final class CardNumbers {
    private static final int MIN_DIGITS = 13;
    private static final int MAX_DIGITS = 19;
    private static final int MAX_SEPARATORS = 3;
    private static final int ESCAPE_LENGTH = "\\uXXXX".length();

    private CardNumbers() {}

    /** Whether the whole text is one card number. */
    public static boolean looksLikeCardNumber(String text) {
        int length = text.length();
        if (length < MIN_DIGITS || length > (1 + MAX_SEPARATORS) * MAX_DIGITS) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (!isDigit(c) && !isSeparator(c)) {
                return false;
            }
        }
        return isCardNumber(digitsOf(text).toCharArray());
    }

    /**
     * Whether a card number stands anywhere in an identifier: the digits between two of its
     * separators, or several such groups together, as in {@code dev-4111-1111-1111-1111} or {@code
     * 4111111111111111=2512}. A number that is glued to more digits is not looked for, since long
     * numeric identifiers hold one by chance too often.
     */
    public static boolean holdsCardNumber(String text) {
        int length = text.length();
        if (length < MIN_DIGITS) {
            return false;
        }
        int i = 0;
        while (i < length) {
            if (!isDigit(text.charAt(i))) {
                i++;
                continue;
            }
            int end = endOfDigitRun(text, i);
            if (end - i >= MIN_DIGITS && groupsHoldCardNumber(text, i, end)) {
                return true;
            }
            i = end;
        }
        return false;
    }

    /** Looks at the digits from each group's beginning to each later group's end. */
    private static boolean groupsHoldCardNumber(String text, int from, int to) {
        for (int start = from; start < to; start++) {
            boolean begins =
                    isDigit(text.charAt(start))
                            && (start == from || !isDigit(text.charAt(start - 1)));
            int digits = 0;
            for (int i = start; begins && i < to && digits <= MAX_DIGITS; i++) {
                if (!isDigit(text.charAt(i))) {
                    continue;
                }
                digits++;
                boolean ends = i + 1 == to || !isDigit(text.charAt(i + 1));
                if (ends
                        && digits >= MIN_DIGITS
                        && isCardNumber(digitsOf(text.substring(start, i + 1)).toCharArray())) {
                    return true;
                }
            }
        }
        return false;
    }

    static String digitsOf(String text) {
        StringBuilder digits = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (isDigit(text.charAt(i))) {
                digits.append(Character.digit(text.charAt(i), 10));
            }
        }
        return digits.toString();
    }

    /**
     * Replaces the digits of every card number in the text by {@code *}, save the first six and the
     * last four. Digits written as JSON escapes are seen too.
     */
    public static String mask(String text) {
        String plain = text.indexOf("\\u") < 0 ? text : unescapeDigits(text);
        StringBuilder masked = null;
        int i = 0;
        while (i < plain.length()) {
            if (!isDigit(plain.charAt(i))) {
                i++;
                continue;
            }
            int end = endOfDigitRun(plain, i);
            if (end - i >= MIN_DIGITS) {
                StringBuilder target = masked == null ? new StringBuilder(plain) : masked;
                if (maskRun(plain, i, end, target)) {
                    masked = target;
                }
            }
            i = end;
        }
        return masked == null ? text : masked.toString();
    }

    /** Masks each card number that lies within one run of digits and single separators. */
    private static boolean maskRun(String text, int from, int to, StringBuilder target) {
        boolean found = false;
        int[] positions = new int[to - from];
        int count = 0;
        for (int i = from; i < to; i++) {
            if (isDigit(text.charAt(i))) {
                positions[count++] = i;
            }
        }
        char[] digits = new char[count];
        for (int i = 0; i < count; i++) {
            digits[i] = Character.forDigit(Character.digit(text.charAt(positions[i]), 10), 10);
        }
        int start = 0;
        while (start + MIN_DIGITS <= count) {
            int length = longestCardNumberAt(digits, start);
            if (length == 0) {
                start++;
                continue;
            }
            for (int k = start + 6; k < start + length - 4; k++) {
                target.setCharAt(positions[k], '*');
            }
            found = true;
            start += length;
        }
        return found;
    }

    private static int longestCardNumberAt(char[] digits, int start) {
        for (int length = Math.min(MAX_DIGITS, digits.length - start);
                length >= MIN_DIGITS;
                length--) {
            if (isCardNumber(digits, start, length)) {
                return length;
            }
        }
        return 0;
    }

    private static int endOfDigitRun(String text, int from) {
        int end = from;
        for (int i = from; i < text.length() && i - end <= MAX_SEPARATORS; i++) {
            if (isDigit(text.charAt(i))) {
                end = i + 1;
            } else if (!isSeparator(text.charAt(i))) {
                break;
            }
        }
        return end;
    }

    private static String unescapeDigits(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            int escaped = text.startsWith("\\u", i) ? escapedCharacter(text, i) : -1;
            if (escaped >= 0 && (isDigit((char) escaped) || isSeparator((char) escaped))) {
                plain.append((char) escaped);
                i += ESCAPE_LENGTH - 1;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }

    private static int escapedCharacter(String text, int from) {
        if (from + ESCAPE_LENGTH > text.length()) {
            return -1;
        }
        int character = 0;
        for (int i = from + 2; i < from + ESCAPE_LENGTH; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            character = 16 * character + digit;
        }
        return character;
    }

    private static boolean isCardNumber(char[] digits) {
        return isCardNumber(digits, 0, digits.length);
    }

    private static boolean isCardNumber(char[] digits, int from, int length) {
        return length >= MIN_DIGITS
                && length <= MAX_DIGITS
                && hasSchemePrefix(digits, from)
                && passesLuhn(digits, from, length);
    }

    private static boolean hasSchemePrefix(char[] digits, int from) {
        int two = 10 * (digits[from] - '0') + digits[from + 1] - '0';
        int four = 100 * two + 10 * (digits[from + 2] - '0') + digits[from + 3] - '0';
        return digits[from] == '4' // Visa
                || (two >= 50 && two <= 69) // Mastercard, Maestro, Discover, UnionPay, RuPay
                || (four >= 2221 && four <= 2720) // Mastercard
                || (four >= 2200 && four <= 2204) // Mir
                || switch (two) {
                    case 34, 37 -> true; // American Express
                    case 35 -> true; // JCB
                    case 30, 36, 38, 39 -> true; // Diners Club
                    case 81, 82 -> true; // RuPay
                    default -> false;
                };
    }

    private static boolean passesLuhn(char[] digits, int from, int length) {
        int sum = 0;
        boolean twice = false;
        for (int i = from + length - 1; i >= from; i--) {
            int digit = digits[i] - '0';
            if (twice) {
                digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
            }
            sum += digit;
            twice = !twice;
        }
        return sum % 10 == 0;
    }

    private static boolean isDigit(char c) {
        return Character.isDigit(c);
    }

    /** NUL is what lies between the digits of UTF-16 that is read as UTF-8. */
    private static boolean isSeparator(char c) {
        return Character.isSpaceChar(c)
                || "-._/\t\0".indexOf(c) >= 0
                || (c >= '\u2010' && c <= '\u2015');
    }
}
