package io.millrace.deadletter.commands;

import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.EditPlan;
import io.millrace.deadletter.ReadableBody;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** What an edit changes, line by line: - what was, + what is. */
final class Differences {
    private static final int MOST_LINES = 2_000;

    private Differences() {}

    static List<String> of(EditPlan plan) {
        List<String> lines = new ArrayList<>();
        values("property", plan.before().properties(), plan.after().properties(), lines);
        values("header", plan.before().headers(), plan.after().headers(), lines);
        body(plan.before(), plan.after(), lines);
        return lines;
    }

    // The cause is no part of the new message, which goes without saying.
    private static void values(String kind, Map<String, Object> before, Map<String, Object> after, List<String> lines) {
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            Object old = before.get(name);
            Object now = after.get(name);
            boolean ours = name.startsWith("millrace_") || name.startsWith("_AMQ_") || name.startsWith("x-opt-");
            if (!Objects.equals(old, now) && !(ours && now == null)) {
                if (old != null) {
                    lines.add("- " + kind + " " + name + ": " + old);
                }
                if (now != null) {
                    lines.add("+ " + kind + " " + name + ": " + now);
                }
            }
        }
    }

    private static void body(DeadLetter before, DeadLetter after, List<String> lines) {
        if (Arrays.equals(before.body(), after.body())) {
            return;
        }
        List<String> old = ReadableBody.of(before).text().lines().toList();
        List<String> now = ReadableBody.of(after).text().lines().toList();
        if (old.size() > MOST_LINES || now.size() > MOST_LINES) {
            lines.add("- body of " + before.body().length + " bytes");
            lines.add("+ body of " + after.body().length + " bytes");
        } else {
            compare(old, now, lines);
        }
    }

    private static void compare(List<String> old, List<String> now, List<String> lines) {
        int[][] common = new int[old.size() + 1][now.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--) {
            for (int j = now.size() - 1; j >= 0; j--) {
                common[i][j] = old.get(i).equals(now.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < old.size() || j < now.size()) {
            if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
                lines.add("  " + old.get(i));
                i++;
                j++;
            } else if (j == now.size() || (i < old.size() && common[i + 1][j] >= common[i][j + 1])) {
                lines.add("- " + old.get(i++));
            } else {
                lines.add("+ " + now.get(j++));
            }
        }
    }
}
