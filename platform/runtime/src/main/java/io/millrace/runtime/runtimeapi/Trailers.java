package io.millrace.runtime.runtimeapi;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;

/**
 * The headers behind a chunked body, by which a runtime says that its streamed answer broke off. Vert.x does not hand
 * them to a server's handler, so they are picked up on the way. Event loop only.
 */
final class Trailers extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<HttpHeaders> LAST = AttributeKey.valueOf(Trailers.class, "last");

    private Trailers() {}

    static void collect(HttpConnection connection) {
        ((HttpServerConnection) connection)
                .channelHandlerContext()
                .pipeline()
                .addBefore("handler", "trailers", new Trailers());
    }

    /** Those of the request that ended last on this connection. */
    static String get(HttpServerRequest request, String name) {
        HttpHeaders trailers = ((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .channel()
                .attr(LAST)
                .get();
        String value = trailers == null ? null : trailers.get(name);
        return value == null ? "" : value;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof LastHttpContent last) {
            context.channel().attr(LAST).set(last.trailingHeaders());
        }
        super.channelRead(context, message);
    }
}
