import java.io.File;

public final class Refuses {
    public static void main(String[] arguments) throws Exception {
        System.load(arguments[0]);
        try {
            File file = new File(arguments[2]);
            Class.forName(arguments[1]).getMethod("open", File.class).invoke(null, file);
        } catch (java.lang.reflect.InvocationTargetException error) {
            System.out.println(error.getCause().getClass() == IllegalArgumentException.class ? error.getCause() : "other");
        }
    }
}
