package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.mapping.MappingAdministration;
import io.millrace.runtime.mapping.MappingRefusedException.MappingUnknown;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The tags of event source mappings (lambda-semantics 8.2). Thread-safe; no method blocks. */
final class MappingTags {
    private final MappingAdministration mappings;
    private final String prefix;

    MappingTags(MappingAdministration mappings, IdentitySettings identity) {
        this.mappings = mappings;
        this.prefix = "arn:aws:lambda:" + identity.region() + ":" + identity.account() + ":event-source-mapping:";
    }

    /** @return whether an ARN is that of a mapping, of whatever account */
    static boolean isMapping(String arn) {
        return arn.contains(":event-source-mapping:");
    }

    Map<String, String> of(String arn) {
        try {
            return mappings.tags(uuid(arn));
        } catch (MappingUnknown unknown) {
            throw EventSourceRefusals.notFound();
        }
    }

    Future<Void> add(String arn, Map<String, String> tags) {
        return change(arn, before -> FunctionTags.with(before, tags));
    }

    Future<Void> remove(String arn, Collection<String> keys) {
        return change(arn, before -> FunctionTags.without(before, keys));
    }

    private Future<Void> change(String arn, UnaryOperator<Map<String, String>> change) {
        return mappings.tag(uuid(arn), change)
                .recover(failure -> Future.failedFuture(
                        failure instanceof MappingUnknown ? EventSourceRefusals.notFound() : failure));
    }

    /** One of another region or account does not exist here. */
    private String uuid(String arn) {
        return Optional.of(arn)
                .filter(text -> text.startsWith(prefix))
                .map(text -> text.substring(prefix.length()))
                .orElseThrow(EventSourceRefusals::notFound);
    }
}
