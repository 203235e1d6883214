package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.AccessDeniedException;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.LayerAdministration;
import io.millrace.runtime.registry.LayerVersionArn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which layers a function may have (lambda-semantics 5.4). Thread-safe. */
final class LayerArns {
    private static final int MOST = 5;

    private final IdentitySettings identity;
    private final LayerAdministration layers;

    LayerArns(IdentitySettings identity, LayerAdministration layers) {
        this.identity = identity;
        this.layers = layers;
    }

    LayerVersionArn arn(String layer, int number) {
        return new LayerVersionArn(identity.region(), identity.account(), layer, number);
    }

    /** The version that a request is about; whether it exists is not asked. */
    LayerVersionArn named(Request request) {
        return arn(layer(request), number(request));
    }

    /** From the path: a name, or the ARN of a layer of ours. */
    String layer(Request request) {
        String text = request.path("LayerName");
        if (!text.startsWith("arn:")) {
            return text;
        }
        LayerVersionArn arn = LayerVersionArn.parse(text + ":1").orElseThrow(LayerArns::notFound);
        requireReachable(arn);
        return arn.layer();
    }

    /** From the path. */
    static int number(Request request) {
        long number = Long.parseLong(request.path("VersionNumber"));
        if (number < 1) {
            throw new InvalidParameterValueException("Layer Version Cannot be less than 1");
        }
        return (int) Math.min(number, Integer.MAX_VALUE); // which no version has
    }

    static ResourceNotFoundException notFound() {
        return new ResourceNotFoundException("The resource you requested does not exist.");
    }

    /** @throws LambdaApiException for the first that cannot be used */
    void requireUsable(List<String> arns) {
        if (arns.size() > MOST) {
            throw new InvalidParameterValueException("Cannot reference more than " + MOST + " layers.");
        }
        Map<String, String> seen = new HashMap<>();
        for (String arn : arns) {
            String layer = requireExisting(arn).layerArn();
            String other = seen.put(layer, arn);
            if (other != null) {
                throw new InvalidParameterValueException("Two different versions of the same layer are not allowed to"
                        + " be referenced in the same function. " + other + " and " + arn
                        + " are versions of the same layer.");
            }
        }
    }

    private LayerVersionArn requireExisting(String text) {
        Optional<LayerVersionArn> arn = LayerVersionArn.parse(text);
        arn.ifPresent(this::requireReachable);
        return arn.filter(parsed -> layers.find(parsed.layer(), parsed.number()).isPresent())
                .orElseThrow(() -> new InvalidParameterValueException("Layer version " + text + " does not exist."));
    }

    /** @throws LambdaApiException if it is of another region or account */
    void requireReachable(LayerVersionArn arn) {
        if (!arn.region().equals(identity.region())) {
            throw new InvalidParameterValueException("Layers are not in the same region as the function. Layers are"
                    + " expected to be in region " + identity.region() + ".");
        }
        if (!arn.account().equals(identity.account())) {
            throw new AccessDeniedException("User: arn:aws:iam::" + identity.account()
                    + ":root is not authorized to perform: lambda:GetLayerVersion on resource: " + arn
                    + " because no resource-based policy allows the lambda:GetLayerVersion action");
        }
    }
}
