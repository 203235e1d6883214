package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.ValidationException;
import java.util.ArrayList;
import java.util.List;

/** Rules that are not in the description of the API, in the words of those that are (lambda-semantics 1.3). */
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
