# A greeter.
class Greeter
  # Says hello.
  def greet(name, loud: false)
    return nil unless name
    @names.each do |n|
      puts(n) if loud
    end
    raise ArgumentError, "no" if name.empty?
  end

  def self.make!; new; end
end
