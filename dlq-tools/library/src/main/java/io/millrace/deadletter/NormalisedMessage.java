package io.millrace.deadletter;

/** An error message without what changes from one failure to the next. */
final class NormalisedMessage {
    private static final String SOMETHING = "#";
    private static final int LONGEST = 400;
    // "order-7" is a word and a number; "1f3a" and "ord_8sd7f6" change between letters and digits and so are ids.
    private static final int CHANGES_OF_AN_ID = 3;

    private final String message;
    private final StringBuilder normalised = new StringBuilder();

    private NormalisedMessage(String message) {
        this.message = message;
    }

    static String of(String message) {
        NormalisedMessage normalising = new NormalisedMessage(message);
        normalising.run(Math.min(LONGEST, message.length()));
        return normalising.normalised.toString();
    }

    private void run(int length) {
        int at = 0;
        while (at < length) {
            int end = at;
            while (end < length && isOfToken(message.charAt(end))) {
                end++;
            }
            if (end == at) {
                at = separator(at, length);
            } else {
                token(at, end);
                at = end;
            }
        }
    }

    // Between two numbers "." ":" "," "+" make one of them: times, amounts, addresses.
    private int separator(int at, int length) {
        char separator = message.charAt(at);
        boolean within = ".:,+".indexOf(separator) >= 0
                && endsWithSomething()
                && at + 1 < length
                && Character.isDigit(message.charAt(at + 1));
        if (!within) {
            normalised.append(separator);
            return at + 1;
        }
        int end = at + 1;
        while (end < length && isOfToken(message.charAt(end))) {
            end++;
        }
        return end;
    }

    private boolean endsWithSomething() {
        return normalised.length() > 0 && normalised.charAt(normalised.length() - 1) == SOMETHING.charAt(0);
    }

    private void token(int start, int end) {
        if (isId(start, end)) {
            normalised.append(SOMETHING);
            return;
        }
        boolean inNumber = false;
        for (int i = start; i < end; i++) {
            char c = message.charAt(i);
            boolean digit = Character.isDigit(c);
            if (!digit) {
                normalised.append(c);
            } else if (!inNumber) {
                normalised.append(SOMETHING);
            }
            inNumber = digit;
        }
    }

    // Also a date, "2026-11-21T19", whose dashes change nothing: it begins with a digit and has several numbers.
    private boolean isId(int start, int end) {
        int changes = 0;
        int numbers = 0;
        boolean before = Character.isDigit(message.charAt(start));
        boolean inNumber = false;
        for (int i = start; i < end; i++) {
            char c = message.charAt(i);
            boolean digit = Character.isDigit(c);
            if (digit && !inNumber) {
                numbers++;
            }
            inNumber = digit;
            if (digit != before && (digit || Character.isLetter(c))) {
                changes++;
                before = digit;
            }
        }
        return changes >= CHANGES_OF_AN_ID || (numbers > 1 && Character.isDigit(message.charAt(start)));
    }

    private static boolean isOfToken(char c) {
        return Character.isLetterOrDigit(c) || c == '-' || c == '_';
    }
}
