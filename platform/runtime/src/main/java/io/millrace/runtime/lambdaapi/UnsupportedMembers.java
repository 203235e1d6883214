package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import java.util.Map;
import java.util.Set;

/**
 * Members of the API that this platform does not act on yet. One that says what is so anyway is accepted; any other is
 * refused rather than ignored, because whoever sent it counts on its effect.
 */
final class UnsupportedMembers {
    /** Member and the values, as compact JSON, that ask for nothing else than what happens anyway. */
    private static final Map<String, Set<String>> HARMLESS = Map.ofEntries(
            Map.entry("CapacityProviderConfig", Set.of()),
            Map.entry("CodeSigningConfigArn", Set.of("\"\"")),
            Map.entry("DeadLetterConfig", Set.of("{\"TargetArn\":\"\"}")),
            Map.entry("DurableConfig", Set.of()),
            Map.entry("FileSystemConfigs", Set.of()),
            Map.entry("ImageConfig", Set.of()),
            Map.entry("ImageUri", Set.of()),
            Map.entry("KMSKeyArn", Set.of("\"\"")),
            Map.entry("LoggingConfig", Set.of("{\"LogFormat\":\"Text\"}")),
            Map.entry("PackageType", Set.of("\"Zip\"")),
            Map.entry("PublishTo", Set.of()),
            Map.entry("S3ObjectStorageMode", Set.of("\"COPY\"")),
            Map.entry("SnapStart", Set.of("{\"ApplyOn\":\"None\"}")),
            Map.entry("SourceKMSKeyArn", Set.of("\"\"")),
            Map.entry("TenancyConfig", Set.of()),
            Map.entry("TracingConfig", Set.of("{\"Mode\":\"PassThrough\"}")),
            Map.entry("VpcConfig", Set.of("{\"SubnetIds\":[],\"SecurityGroupIds\":[]}")));

    private UnsupportedMembers() {}

    /** @throws InvalidParameterValueException naming the first one */
    static void refuse(ObjectNode request) {
        request.properties().stream()
                .filter(member -> HARMLESS.containsKey(member.getKey()))
                .filter(member -> !isHarmless(member.getKey(), member.getValue()))
                .findFirst()
                .ifPresent(member -> {
                    throw new InvalidParameterValueException("The member " + member.getKey() + " with the value "
                            + shortened(member.getValue().toString()) + " is not supported.");
                });
    }

    private static boolean isHarmless(String member, JsonNode value) {
        return value.isNull()
                || (value.isContainerNode() && value.isEmpty())
                || HARMLESS.getOrDefault(member, Set.of()).contains(value.toString());
    }

    private static String shortened(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "...";
    }
}
