/** Code that is not uploaded but fetched: objects in buckets, of an S3-compatible server or in a folder. */
@NullMarked
package io.millrace.runtime.objects;

import org.jspecify.annotations.NullMarked;
