import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

public final class Check {
    public static void main(String[] arguments) throws Exception {
        System.load(arguments[0]);
        for (int at = 1; at < arguments.length; at += 4) {
            String home = arguments[at];
            Class<?> model = Class.forName(home + "." + arguments[at + 1]);
            Object vectors = Class.forName(home + ".Golden").getConstructor(String.class)
                .newInstance(Files.readString(Path.of(arguments[at + 3])));
            Object open = null;
            if (!arguments[at + 2].equals("-")) {
                open = model.getMethod("open", File.class).invoke(null, new File(arguments[at + 2]));
            }
            List<?> wrong = (List<?>) vectors.getClass().getMethod("check", model).invoke(vectors, open);
            Object on = open == null ? "none" : model.getMethod("getAccelerator").invoke(open);
            Object why = open == null ? "{}" : model.getMethod("getRefusals").invoke(open);
            System.out.println(home + " " + on + " " + why + " " + wrong);
            if (open != null) {
                ((AutoCloseable) open).close();
            }
        }
    }
}
