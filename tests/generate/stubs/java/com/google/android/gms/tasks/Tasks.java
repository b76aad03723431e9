// Signatures from the documentation of Google Play services.
package com.google.android.gms.tasks;

import java.util.concurrent.ExecutionException;

public final class Tasks {
    public static <R> R await(Task<R> task) throws ExecutionException, InterruptedException {
        return task.getResult();
    }
}
