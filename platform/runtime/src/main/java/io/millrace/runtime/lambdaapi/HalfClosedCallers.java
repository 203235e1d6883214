package io.millrace.runtime.lambdaapi;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;

/**
 * Answers a caller that has said it will send no more, as {@code nc -N} and some proxies do after their request. Vert.x
 * itself drops the connection with the answer. One for each connection; event loop only.
 */
final class HalfClosedCallers extends ChannelDuplexHandler {
    private boolean isRequestIncomplete;
    private boolean willSendNoMore;
    private int unanswered;

    private HalfClosedCallers() {}

    static void answer(HttpConnection connection) {
        Channel channel = ((ConnectionBase) connection).channel();
        ChannelHandlerContext handler = channel.pipeline().context(VertxHandler.class);
        if (handler == null || channel.pipeline().names().stream().noneMatch("httpDecoder"::equals)) {
            return; // HTTP/2 ends its streams, not the connection.
        }
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addBefore(handler.name(), null, new HalfClosedCallers());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest) {
            isRequestIncomplete = true;
        }
        if (message instanceof LastHttpContent) {
            isRequestIncomplete = false;
            unanswered++;
        }
        context.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            willSendNoMore = true;
            if (isDone()) {
                // Behind what is still being written.
                var unused = context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof LastHttpContent) {
            unanswered--;
        }
        if (willSendNoMore && isDone()) {
            var unused = context.write(message, promise.unvoid()).addListener(ChannelFutureListener.CLOSE);
        } else {
            var unused = context.write(message, promise);
        }
    }

    private boolean isDone() {
        return isRequestIncomplete || unanswered <= 0;
    }
}
