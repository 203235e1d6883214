package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.ValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Collects what is wrong with a request, so that one answer names all of it (lambda-semantics 1.3). */
final class Constraints {
    private final List<String> violations = new ArrayList<>();

    Constraints notNull(String field, boolean isPresent) {
        if (!isPresent) {
            violations.add("Value null at '" + field + "' failed to satisfy constraint: Member must not be null");
        }
        return this;
    }

    Constraints between(String field, long value, long low, long high) {
        if (value < low) {
            violate(field, String.valueOf(value), "have value greater than or equal to " + low);
        }
        if (value > high) {
            violate(field, String.valueOf(value), "have value less than or equal to " + high);
        }
        return this;
    }

    Constraints length(String field, String value, int low, int high) {
        if (value.length() < low) {
            violate(field, value, "have length greater than or equal to " + low);
        }
        if (value.length() > high) {
            violate(field, value, "have length less than or equal to " + high);
        }
        return this;
    }

    Constraints pattern(String field, String value, Pattern pattern) {
        if (!pattern.matcher(value).matches()) {
            violate(field, value, "satisfy regular expression pattern: " + pattern);
        }
        return this;
    }

    Constraints oneOf(String field, String value, List<String> values) {
        if (!values.contains(value)) {
            violate(field, value, "satisfy enum value set: [" + String.join(", ", values) + "]");
        }
        return this;
    }

    Constraints listSize(String field, List<String> values, int low, int high) {
        String shown = shown(values);
        if (values.size() < low) {
            violate(field, shown, "have length greater than or equal to " + low);
        }
        if (values.size() > high) {
            violate(field, shown, "have length less than or equal to " + high);
        }
        return this;
    }

    /** One violation for the whole list, whatever is wrong with how many of its members. */
    Constraints listOf(String field, List<String> values, List<String> allowed) {
        if (!allowed.containsAll(values)) {
            violate(
                    field,
                    shown(values),
                    "satisfy constraint: [Member must satisfy enum value set: [" + String.join(", ", allowed) + "]]");
        }
        return this;
    }

    Constraints listOf(String field, List<String> values, int longest, Pattern pattern) {
        boolean fits = values.stream()
                .allMatch(value ->
                        value.length() <= longest && pattern.matcher(value).matches());
        if (!fits) {
            violate(
                    field,
                    shown(values),
                    "satisfy constraint: [Member must have length less than or equal to " + longest
                            + ", Member must have length greater than or equal to 1, Member must satisfy regular"
                            + " expression pattern: " + pattern + ", Member must not be null]");
        }
        return this;
    }

    /** Names no value, since variables may be secret. */
    Constraints keys(String field, Set<String> keys, Pattern pattern) {
        if (!keys.stream().allMatch(pattern.asMatchPredicate())) {
            violations.add("Value at '" + field + "' failed to satisfy constraint: Map keys must satisfy constraint:"
                    + " [Member must satisfy regular expression pattern: " + pattern + "]");
        }
        return this;
    }

    /** @param rule after "failed to satisfy constraint: " */
    Constraints broken(String field, String value, String rule) {
        violations.add("Value '" + value + "' at '" + field + "' failed to satisfy constraint: " + rule);
        return this;
    }

    /** @throws ValidationException if anything was wrong */
    void check() {
        if (!violations.isEmpty()) {
            int count = violations.size();
            throw new ValidationException(count + " validation error" + (count == 1 ? "" : "s") + " detected: "
                    + String.join("; ", violations));
        }
    }

    private void violate(String field, String value, String rule) {
        broken(field, value, "Member must " + rule);
    }

    private static String shown(List<String> values) {
        return "[" + String.join(", ", values) + "]";
    }
}
