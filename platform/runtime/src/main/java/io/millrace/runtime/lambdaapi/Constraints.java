package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.ValidationException;
import java.util.ArrayList;
import java.util.List;
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

    /** @throws ValidationException if anything was wrong */
    void check() {
        if (!violations.isEmpty()) {
            int count = violations.size();
            throw new ValidationException(count + " validation error" + (count == 1 ? "" : "s") + " detected: "
                    + String.join("; ", violations));
        }
    }

    private void violate(String field, String value, String rule) {
        violations.add("Value '" + value + "' at '" + field + "' failed to satisfy constraint: Member must " + rule);
    }
}
