package io.millrace.runtime.access;

import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.registry.DocumentShelf;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who calls, by Signature Version 4, and what they may do. Without keys in the registry everybody may do everything,
 * unless {@link #requireKeys} was called. Thread-safe; from memory.
 */
public final class AccessControl {
    /** As AWS has it: how far the clock of a caller may be off. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private static final Pattern FUNCTION = Pattern.compile("arn:aws:lambda:[^:]+:[^:]+:function:.+");
    private static final Pattern LAYER = Pattern.compile("arn:aws:lambda:[^:]+:[^:]+:layer:([^:]+):([^:]+)");

    private static final Pattern OWN_PAGE =
            Pattern.compile("https?://(?:localhost|[a-z0-9-]+\\.localhost|127\\.[0-9.]+|\\[::1])(?::[0-9]+)?");

    private static final Pattern NUMBER =
            Pattern.compile("(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:]+])(?::[0-9]+)?");

    private final IdentitySettings identity;
    private final InstantSource clock;
    private final AccessKeys keys;
    private final Policies policies;
    private final SigningKeys signingKeys = new SigningKeys();
    private final Sessions sessions;
    private final SignIn signIn;
    private volatile boolean keysRequired;

    public AccessControl(DocumentShelf documents, IdentitySettings identity, InstantSource clock) {
        this.identity = identity;
        this.clock = clock;
        this.keys = new AccessKeys(documents, clock);
        this.policies = new Policies(documents);
        this.sessions = new Sessions(keys, clock);
        this.signIn = new SignIn(keys, clock);
    }

    /** From now on nobody is admitted while there are no keys. */
    public void requireKeys() {
        keysRequired = true;
    }

    /** Whether any credentials will do, and none. */
    public boolean isOpen() {
        return !keysRequired && keys.isEmpty();
    }

    /**
     * For a server that takes any credentials: a page of the web that somebody on this machine looks at must not use
     * them. Browsers say where a page comes from with all that changes something; other clients do not.
     *
     * A name that is neither this machine's nor a number may have been made to point here by the page itself.
     *
     * @throws AccessRefusedException if the request comes from a page that is not of this machine
     */
    public void requireNoForeignPage(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin != null && !OWN_PAGE.matcher(origin).matches() && !isOwnNumber(origin, request)) {
            throw AccessRefusedException.foreignPage(origin);
        }
        if ("cross-site".equals(request.getHeader("Sec-Fetch-Site"))) {
            throw AccessRefusedException.foreignPage("another site");
        }
        String host = CalledHost.of(request);
        if (isBrowser(request)
                && !NUMBER.matcher(host).matches()
                && !OWN_PAGE.matcher("http://" + host).matches()) {
            throw AccessRefusedException.foreignPage(host);
        }
    }

    private static boolean isBrowser(HttpServerRequest request) {
        String name = String.valueOf(request.getHeader("User-Agent"));
        return name.startsWith("Mozilla/") && !name.contains(" PowerShell/");
    }

    /** A page of this server itself, which was called by a number: no name of elsewhere can be made to point here. */
    private static boolean isOwnNumber(String origin, HttpServerRequest request) {
        String host = CalledHost.of(request);
        return NUMBER.matcher(host).matches() && origin.equals(request.scheme() + "://" + host);
    }

    public AccessKeys keys() {
        return keys;
    }

    /** Who signed in from a browser. */
    public Sessions sessions() {
        return sessions;
    }

    public SignIn signIn() {
        return signIn;
    }

    /**
     * Who sent a request of the console, by the session it brings and without a signature.
     *
     * @return empty if it brings none, or is signed
     * @throws AccessRefusedException if it brings one that is over, or is not the console's own
     */
    public Optional<Caller> inSession(HttpServerRequest request) {
        if (request.getHeader("Authorization") != null || isPresigned(request)) {
            return Optional.empty();
        }
        return BrowserSession.token(request)
                .map(token -> caller(sessions.find(token).orElseThrow(AccessRefusedException::sessionOver)));
    }

    private static boolean isPresigned(HttpServerRequest request) {
        return request.query() != null && request.query().contains("X-Amz-Signature=");
    }

    private Caller caller(AccessKey key) {
        return new Caller(key, "arn:aws:iam::" + identity.account() + ":user/" + key.user());
    }

    /** For the addresses of functions. */
    public UrlAccess ofUrls() {
        return new SignedUrlAccess(this, policies, identity);
    }

    /**
     * All that can be told without the body.
     *
     * @param service that the request must be signed for, such as {@code lambda}
     * @throws AccessRefusedException if it cannot be admitted whatever the body
     */
    public Claim claim(HttpServerRequest request, String service) {
        SignedRequest signed = SignedRequest.of(request);
        AccessKey key = keys.find(signed.keyId()).orElseThrow(AccessRefusedException::unknownKey);
        if (signed.sessionToken().isPresent()) {
            throw AccessRefusedException.unknownKey(); // No key here has one.
        }
        Scope scope = signed.scope();
        if (!scope.region().equals(identity.region())) {
            throw AccessRefusedException.invalid("Credential should be scoped to a valid region, not '" + scope.region()
                    + "'; here it is '" + identity.region() + "'.");
        }
        if (!scope.service().equals(service)) {
            throw AccessRefusedException.invalid("Credential should be scoped to correct service: '" + service + "'.");
        }
        requireCurrent(signed);
        signed.bodySha256().ifPresent(AccessControl::requireHash);
        return new Claim(signed, key);
    }

    private static void requireHash(String bodySha256) {
        if (bodySha256.equals("UNSIGNED-PAYLOAD") || bodySha256.startsWith("STREAMING-")) {
            throw AccessRefusedException.invalid("x-amz-content-sha256 is '" + bodySha256
                    + "', which is not supported; expected the SHA-256 of the whole body, in hexadecimal.");
        }
    }

    private void requireCurrent(SignedRequest signed) {
        Instant time = signed.instant();
        Instant now = clock.instant();
        Duration valid = signed.expires().orElse(SKEW);
        if (time.isBefore(now.minus(valid))) {
            throw AccessRefusedException.expired(signed.time(), text(now.minus(valid)), text(now), valid);
        }
        if (time.isAfter(now.plus(SKEW))) {
            throw AccessRefusedException.early(signed.time(), text(now.plus(SKEW)), text(now), SKEW);
        }
    }

    private static String text(Instant instant) {
        return RequestSigner.TIME.format(instant);
    }

    /** What a request says about its sender; to be verified with its body. */
    public final class Claim {
        private final SignedRequest signed;
        private final AccessKey key;

        private Claim(SignedRequest signed, AccessKey key) {
            this.signed = signed;
            this.key = key;
        }

        /**
         * Takes about a millisecond for each megabyte.
         *
         * @throws AccessRefusedException unless the holder of the key signed this request with this body
         */
        public Caller verify(byte[] body) {
            return verify(Hashes.sha256(body));
        }

        /**
         * As above, for a body that is not in memory.
         *
         * @param hash SHA-256 of the body, in lower-case hex digits
         */
        public Caller verify(String hash) {
            if (signed.bodySha256()
                    .filter(claimed -> !Hashes.equal(claimed, hash))
                    .isPresent()) {
                throw AccessRefusedException.invalid(
                        "The provided 'x-amz-content-sha256' header does not match what was computed.");
            }
            byte[] signingKey = signingKeys.of(key, signed.scope());
            String expected = signed.scope().signature(signingKey, signed.time(), signed.canonical(hash));
            if (!Hashes.equal(expected, signed.signature())) {
                throw AccessRefusedException.otherSignature();
            }
            return caller(key);
        }
    }

    /**
     * Either what the caller may do or the policy of the resource has to allow it.
     *
     * @param action such as {@code lambda:GetFunction}
     * @param resource an ARN, or {@code *} for what belongs to none
     * @throws AccessRefusedException if neither does
     */
    public void authorize(Caller caller, String action, String resource) {
        if (!mayByItself(caller, action, resource) && !mayByPolicy(caller, action, resource)) {
            throw AccessRefusedException.denied(caller, action, resource);
        }
    }

    boolean mayByItself(Caller caller, String action, String resource) {
        return caller.key().role().allows(action, resource);
    }

    private boolean mayByPolicy(Caller caller, String action, String resource) {
        Optional<String> user = Optional.of(caller.userArn());
        if (FUNCTION.matcher(resource).matches()) {
            return FunctionArn.parse(resource, identity.region(), identity.account())
                    .filter(arn -> arn.account().equals(identity.account()))
                    .filter(arn -> policies.allow(arn, action, user, Map.of()))
                    .isPresent();
        }
        Matcher layer = LAYER.matcher(resource);
        return layer.matches()
                && policies.allowLayer(String.valueOf(layer.group(1)), String.valueOf(layer.group(2)), action, user);
    }
}
