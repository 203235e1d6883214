package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.AccessDeniedException;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.RegisteredFunction;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From what a caller wrote to the function it means (lambda-semantics 1.1, 1.4): a name, {@code name:qualifier}, a
 * partial or a full ARN, and the parameter Qualifier. Thread-safe.
 */
final class FunctionLocator {
    private static final Pattern PARTS = Pattern.compile("(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?"
            + "(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\\d):)?(?:(\\d{12}):)?(?:function:)?"
            + "([a-zA-Z0-9-_.]+)(?::(\\$LATEST(?:\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?");

    private final IdentitySettings identity;
    private final FunctionAdministration functions;

    FunctionLocator(IdentitySettings identity, FunctionAdministration functions) {
        this.identity = identity;
        this.functions = functions;
    }

    /**
     * The invoked function, which exists; the ARN has a qualifier only if the caller used one.
     *
     * @throws LambdaApiException if the name is malformed, of another region or account, or not known, or the function
     *     cannot be used yet
     */
    FunctionArn toInvoke(Request request) {
        FunctionArn arn = named(request, "InvokeFunction");
        // Unlike the other operations, an invocation names the version it looked for even where none was given.
        Located located = find(arn).orElseThrow(() -> notFound(arn.qualified()));
        if (!located.state().equals("Active")) {
            throw AdministrationRefusals.notUsable(located.state());
        }
        return located.arn();
    }

    /** The function, version or alias a request is about, with the qualifier the caller used. */
    Located located(Request request, String action) {
        FunctionArn arn = named(request, action);
        return find(arn).orElseThrow(() -> notFound(arn));
    }

    /** The function a change is about, as the registry has it; published versions cannot be changed. */
    RegisteredFunction existing(Request request, String action) {
        FunctionArn arn = named(request, action);
        if (!isLatest(arn)) {
            throw notFound(arn);
        }
        return functions.find(arn.function()).orElseThrow(() -> notFound(arn));
    }

    /** The function a management operation is about; whether it exists is not asked. */
    FunctionArn named(Request request, String action) {
        FunctionArn derived = parse(request.functionName(), action);
        Optional<String> parameter = request.query("Qualifier");
        if (parameter.isEmpty()) {
            return derived;
        }
        if (derived.qualifier().filter(other -> !other.equals(parameter.get())).isPresent()) {
            throw new InvalidParameterValueException(
                    "The derived qualifier from the function name does not match the specified qualifier.");
        }
        return derived.withQualifier(parameter.get());
    }

    /** @param name as it stands in the body of CreateFunction */
    FunctionName toCreate(String name) {
        FunctionArn arn = parse(name, "CreateFunction");
        if (arn.qualifier().isPresent()) {
            throw notFound(arn);
        }
        return arn.function();
    }

    /**
     * The function, version or alias that a mapping is to feed, as it keeps it: a full ARN loses {@code $LATEST}, any
     * other way of writing keeps it (lambda-semantics 3.1). Empty where it does not exist.
     */
    Optional<FunctionArn> toFeed(String text) {
        return meant(text)
                .filter(arn -> find(arn).isPresent())
                .map(arn -> text.startsWith("arn:") && isLatest(arn) ? arn(arn.function()) : arn);
    }

    /** What a text means where nothing is refused; empty where it means nothing of this region and account. */
    Optional<FunctionArn> meant(String text) {
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches()
                || !Optional.ofNullable(parts.group(1))
                        .orElse(identity.region())
                        .equals(identity.region())
                || !Optional.ofNullable(parts.group(2))
                        .orElse(identity.account())
                        .equals(identity.account())
                || !FunctionName.PATTERN.matcher(parts.group(3)).matches()) {
            return Optional.empty();
        }
        FunctionArn arn = arn(new FunctionName(parts.group(3)));
        return Optional.of(
                Optional.ofNullable(parts.group(4)).map(arn::withQualifier).orElse(arn));
    }

    /**
     * The function that a tag is about, which exists.
     *
     * @param resource an ARN of anything that AWS gives tags
     */
    FunctionName tagged(String resource, String action) {
        if (!resource.contains(":function:")) {
            throw new InvalidParameterValueException("Tags of the resource " + resource
                    + " are not supported by Millrace, expected the ARN of a function or of an event source mapping.");
        }
        FunctionArn arn = parse(resource, action);
        if (arn.qualifier().isPresent()) {
            throw new InvalidParameterValueException(
                    "Tags on function aliases and versions are not supported. Please specify a function ARN.");
        }
        if (functions.find(arn.function()).isEmpty()) {
            throw notFound(arn);
        }
        return arn.function();
    }

    /**
     * The ARN that policies would name, of what may be malformed or of another account.
     *
     * @param qualifier empty for none, or for the one in {@code text}
     */
    String resource(String text, String qualifier) {
        Matcher parts = PARTS.matcher(text);
        boolean isName = parts.matches();
        String region = isName ? Optional.ofNullable(parts.group(1)).orElse(identity.region()) : identity.region();
        String account = isName ? Optional.ofNullable(parts.group(2)).orElse(identity.account()) : identity.account();
        String name = isName ? String.valueOf(parts.group(3)) : text;
        String own = isName ? Optional.ofNullable(parts.group(4)).orElse("") : "";
        String used = qualifier.isEmpty() ? own : qualifier;
        return "arn:aws:lambda:" + region + ":" + account + ":function:" + name + (used.isEmpty() ? "" : ":" + used);
    }

    FunctionArn arn(FunctionName name) {
        return FunctionArn.of(identity.region(), identity.account(), name);
    }

    private FunctionArn parse(String text, String action) {
        if (FunctionName.isWellFormed(text)) {
            return arn(new FunctionName(text)); // As most callers write it.
        }
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches()) {
            // Only a page of our own lets such a name come this far; the API's description does not.
            throw new ResourceNotFoundException("Function not found: " + text);
        }
        String region = Optional.ofNullable(parts.group(1)).orElse(identity.region());
        if (!region.equals(identity.region())) {
            throw new ResourceNotFoundException(
                    "Functions from '" + region + "' are not reachable in this region ('" + identity.region() + "')");
        }
        String account = Optional.ofNullable(parts.group(2)).orElse(identity.account());
        String name = String.valueOf(parts.group(3));
        if (!account.equals(identity.account())) {
            throw new AccessDeniedException("User: arn:aws:iam::" + identity.account()
                    + ":root is not authorized to perform: lambda:" + action + " on resource: arn:aws:lambda:" + region
                    + ":" + account + ":function:" + name);
        }
        if (!FunctionName.PATTERN.matcher(name).matches()) {
            // The description's pattern lets dots and long names pass; no function can have them.
            new Constraints().length("functionName", name, 1, 64).check();
            throw new ResourceNotFoundException(
                    "Function not found: arn:aws:lambda:" + region + ":" + account + ":function:" + name);
        }
        return new FunctionArn(region, account, new FunctionName(name), Optional.ofNullable(parts.group(4)));
    }

    private Optional<Located> find(FunctionArn arn) {
        return functions.find(arn.function()).flatMap(function -> Located.of(function, arn));
    }

    private static boolean isLatest(FunctionArn arn) {
        return arn.qualifier().map(FunctionArn.LATEST::equals).orElse(true);
    }

    static ResourceNotFoundException notFound(FunctionArn arn) {
        return new ResourceNotFoundException("Function not found: " + arn);
    }
}
