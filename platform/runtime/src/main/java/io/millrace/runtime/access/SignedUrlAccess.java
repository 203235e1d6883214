package io.millrace.runtime.access;

import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.config.IdentitySettings;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;

/** As AWS decides: by a signature, or by a policy that lets everybody in. */
final class SignedUrlAccess implements UrlAccess {
    private static final String ACTION = "lambda:InvokeFunctionUrl";
    private static final String SERVICE = "lambda";
    private static final String AUTH_TYPE = "lambda:functionurlauthtype";
    private static final String VIA_URL = "lambda:invokedviafunctionurl";

    private final AccessControl access;
    private final Policies policies;
    private final IdentitySettings identity;

    SignedUrlAccess(AccessControl access, Policies policies, IdentitySettings identity) {
        this.access = access;
        this.policies = policies;
        this.identity = identity;
    }

    @Override
    public Optional<UrlCaller> admit(HttpServerRequest request, byte[] body, FunctionArn function, boolean byIam) {
        if (!byIam) {
            return policies.allow(function, ACTION, Optional.empty(), facts("NONE"))
                    ? Optional.of(UrlCaller.ANONYMOUS)
                    : Optional.empty();
        }
        if (access.isOpen()) {
            return Optional.of(new UrlCaller("", identity.account(), ""));
        }
        try {
            Caller caller = access.claim(request, SERVICE).verify(body);
            boolean may = access.mayByItself(caller, ACTION, function.toString())
                    || policies.allow(function, ACTION, Optional.of(caller.userArn()), facts("AWS_IAM"));
            return may
                    ? Optional.of(new UrlCaller(caller.key().id(), identity.account(), caller.userArn()))
                    : Optional.empty();
        } catch (AccessRefusedException refused) {
            return Optional.empty(); // The address answers all of these with the same words.
        }
    }

    @Override
    public boolean admitsSessions() {
        return !access.isOpen();
    }

    private static Map<String, String> facts(String authType) {
        return Map.of(AUTH_TYPE, authType, VIA_URL, "true");
    }
}
