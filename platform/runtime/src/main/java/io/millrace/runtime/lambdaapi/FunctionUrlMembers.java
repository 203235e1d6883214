package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The body of Create- and UpdateFunctionUrlConfig.
 *
 * @param cors checked; without members it takes away the rules there were
 */
record FunctionUrlMembers(Optional<String> authType, Optional<String> invokeMode, Optional<ObjectNode> cors) {
    // These go out as headers, so nothing may be in them that a header cannot hold.
    private static final Pattern ORIGIN = Pattern.compile("\\*|[a-zA-Z][a-zA-Z0-9+.-]*://[a-zA-Z0-9.:\\[\\]_-]+");
    private static final Pattern METHOD = Pattern.compile("\\*|GET|PUT|HEAD|POST|PATCH|DELETE");
    private static final Pattern HEADER = Pattern.compile("[a-zA-Z0-9!#$%&'*+.^_`~-]+");

    /** @throws InvalidParameterValueException naming what is wrong with Cors */
    static FunctionUrlMembers read(Members members) {
        Optional<Members> cors = members.object("Cors");
        cors.ifPresent(rules -> {
            require(rules, "AllowOrigins", ORIGIN, "'*' or an origin such as https://example.org");
            require(rules, "AllowMethods", METHOD, "'*', GET, PUT, HEAD, POST, PATCH or DELETE");
            require(rules, "AllowHeaders", HEADER, "'*' or the name of a header");
            require(rules, "ExposeHeaders", HEADER, "'*' or the name of a header");
        });
        return new FunctionUrlMembers(members.text("AuthType"), members.text("InvokeMode"), cors.map(Members::object));
    }

    private static void require(Members cors, String member, Pattern pattern, String expected) {
        for (String value : cors.list(member).orElse(List.of())) {
            if (!pattern.matcher(value).matches()) {
                throw new InvalidParameterValueException(
                        "Cors." + member + " has '" + value + "', expected " + expected + ".");
            }
        }
    }
}
