package io.millrace.runtime.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.door.Door;
import io.millrace.runtime.door.DoorAnswer;
import io.millrace.runtime.door.DoorRefusedException;
import io.millrace.runtime.door.DoorRequest;
import io.millrace.runtime.door.Doorway;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.Publications;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.time.InstantSource;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** {@code /_millrace/functions/NAME/shadow}: sets, shows and ends the shadow of a function (docs/shadow.md). */
public final class ShadowDoor implements Door {
    private static final String FUNCTION = "Function";
    private static final String PATH = "/_millrace/functions/:" + FUNCTION + "/shadow";
    private static final int BODY_BYTES = 64 << 10;
    private static final int MOST_DIFFERENCES = 20;

    private final Shadows shadows;
    private final InstantSource clock;

    public ShadowDoor(Shadows shadows, InstantSource clock) {
        this.shadows = shadows;
        this.clock = clock;
    }

    @Override
    public void mount(Doorway doorway) {
        doorway.guarded(HttpMethod.PUT, PATH, "millrace:PutShadow", this::set);
        doorway.guarded(HttpMethod.GET, PATH, "millrace:GetShadow", request -> show(function(request)));
        doorway.guarded(HttpMethod.DELETE, PATH, "millrace:DeleteShadow", this::off);
    }

    private Future<DoorAnswer> set(DoorRequest request) {
        FunctionName function = function(request);
        String by = request.user().orElse("");
        return request.body(BODY_BYTES).compose(body -> {
            AskedShadow asked = AskedShadow.read(body);
            require(asked, published(function));
            String id = UUID.randomUUID().toString();
            return shadows.set(
                            new ShadowSetting(id, function, asked.to(), asked.of(), asked.share(), by, clock.instant()))
                    .compose(set -> show(function));
        });
    }

    private static FunctionName function(DoorRequest request) {
        String name = request.path(FUNCTION);
        if (!FunctionName.PATTERN.matcher(name).matches()) {
            throw DoorRefusedException.invalid(
                    "function name is '" + name + "', expected a name without version and without ARN");
        }
        return new FunctionName(name);
    }

    private Publications published(FunctionName function) {
        return shadows.published(function)
                .orElseThrow(() -> DoorRefusedException.notFound("Function not found: " + function));
    }

    private static void require(AskedShadow asked, Publications published) {
        requireExists("to", asked.to(), published);
        if (!asked.of().isEmpty()) {
            requireExists("of", asked.of(), published);
        }
        Set<String> to = versions(asked.to(), published);
        // Without 'of' events of all are meant: then it is its own shadow only where there is nothing else.
        Set<String> live = asked.of().isEmpty() ? all(published) : versions(asked.of(), published);
        if (to.size() == 1 && live.equals(to)) {
            throw DoorRefusedException.invalid("to is '" + asked.to() + "', which is version "
                    + to.iterator().next() + ", and so is what runs the events themselves; expected another version");
        }
    }

    private static void requireExists(String member, String qualifier, Publications published) {
        if (!published.exists(qualifier)) {
            throw DoorRefusedException.notFound(
                    member + " is '" + qualifier + "', expected $LATEST, or a version or an alias of the function");
        }
    }

    private static Set<String> versions(String qualifier, Publications published) {
        return published.alias(qualifier).map(ShadowDoor::versions).orElse(Set.of(qualifier));
    }

    private static Set<String> versions(Alias alias) {
        Set<String> versions = new TreeSet<>(Set.of(alias.functionVersion()));
        alias.routing().ifPresent(other -> versions.add(other.additionalVersion()));
        return versions;
    }

    private static Set<String> all(Publications published) {
        Set<String> all = new TreeSet<>(Set.of(FunctionArn.LATEST));
        published.versions().keySet().forEach(number -> all.add(Integer.toString(number)));
        return all;
    }

    private Future<DoorAnswer> show(FunctionName function) {
        published(function);
        return shadows.state(function, MOST_DIFFERENCES).map(found -> {
            ObjectNode state = found.orElseThrow(() -> none(function));
            return DoorAnswer.json(200, state);
        });
    }

    private Future<DoorAnswer> off(DoorRequest request) {
        FunctionName function = function(request);
        published(function);
        return shadows.state(function, 0).compose(found -> {
            if (found.isEmpty()) {
                throw none(function);
            }
            return shadows.off(function).map(gone -> DoorAnswer.empty(204));
        });
    }

    private static DoorRefusedException none(FunctionName function) {
        return DoorRefusedException.notFound("function '" + function + "' has no shadow");
    }
}
