/** The door for Kinesis' clients: AWS JSON 1.1, or the same in CBOR, at {@code POST /}. */
@NullMarked
package io.millrace.runtime.kinesisapi;

import org.jspecify.annotations.NullMarked;
